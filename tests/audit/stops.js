() => {
  const seen = (each) => each.tabIndex >= 0 && !each.disabled && each.checkVisibility({ visibilityProperty: true });
  const group = (each) => [...document.getElementsByName(each.name)].filter((other) => other.form === each.form);
  const entered = (each) => each.type !== "radio" || each === (group(each).find((one) => one.checked) || group(each)[0]);
  const stops = "a[href], button, input:not([type=hidden]), select, textarea, summary, video[controls], [tabindex]";
  const start = document.querySelector(":target");
  const ahead = (each) => !start || start.compareDocumentPosition(each) & Node.DOCUMENT_POSITION_FOLLOWING;
  const all = [...document.querySelectorAll(stops)].filter((each) => seen(each) && entered(each) && ahead(each));
  const rest = new Map(all.map((each) => [each, getComputedStyle(each).boxShadow]));
  const floats = (each) => each && (["fixed", "sticky"].includes(getComputedStyle(each).position) || floats(each.parentElement));
  const ours = (one, other) => one.contains(other) || other.contains(one);
  const inParts = (each) => each.tagName === "VIDEO" || ["date", "time", "datetime-local", "month"].includes(each.type);
  let last = null;
  window.expected = all.length;
  window.stop = () => {
    const now = document.activeElement;
    if (!now || now === document.body) return null;
    const style = getComputedStyle(now);
    const inside = (x, y) => x >= 0 && y >= 0 && x < innerWidth && y < innerHeight;
    const points = [...now.getClientRects()].flatMap((box) => [
      [box.x + box.width / 2, box.y + box.height / 2], [box.x + 3, box.y + 3], [box.right - 3, box.bottom - 3],
    ]).filter(([x, y]) => inside(x, y));
    const covers = points.map(([x, y]) => document.elementFromPoint(x, y)).filter((hit) => hit && !ours(hit, now) && floats(hit));
    const within = now === last && inParts(now);  // the browser's own parts of a player or a date, with rings of its own
    const found = {
      what: `${now.tagName} ${now.className || now.name || now.id} ${(now.textContent || "").trim().slice(0, 30)}`,
      fresh: rest.delete(now),
      trapped: now === last && !within,
      inOrder: !last || now === last || !!(last.compareDocumentPosition(now) & Node.DOCUMENT_POSITION_FOLLOWING),
      ring: within || (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || (rest.has(now) && style.boxShadow !== rest.get(now)),
      seen: points.length > 0,
      covered: covers.length > 0,
    };
    last = now;
    return found;
  };
  window.missed = () => [...rest.keys()].map((each) => each.outerHTML.slice(0, 80));
};
