// For bad lines: registers the worker once the page has loaded, brings the button "keep for later" to life and lists what
// is kept on this device on the page that stands for all others.
const path = location.pathname;
const signs = { amp: "&", quot: '"', lt: "<", gt: ">", "#x27": "'" };

function register() {
  const rules = {
    createScriptURL(url) {
      if (url !== "/sw.js") throw new TypeError(url);
      return url;
    },
  };
  const policy = window.trustedTypes?.createPolicy("tcg", rules) ?? rules;
  return navigator.serviceWorker.register(policy.createScriptURL("/sw.js"));
}

async function ask(wanted) {
  const { active } = await navigator.serviceWorker.ready;
  const { port1, port2 } = new MessageChannel();
  const answer = new Promise((resolve) => { port1.onmessage = resolve; });
  active.postMessage({ path, wanted }, [port2]);
  await answer;
}

async function offer(box) {
  const marked = await caches.open("tcg-marked");
  const button = box.querySelector("button");
  const show = async () => button.setAttribute("aria-pressed", Boolean(await marked.match(path)));
  button.addEventListener("click", async () => {
    if (!(await marked.delete(path))) await ask(true);
    await show();
  });
  await show();
  box.hidden = false;
}

async function list(box) {
  for (const name of (await caches.keys()).filter((each) => /^tcg-(marked|read)/.test(each)).sort()) {
    const cache = await caches.open(name);
    for (const { url } of (await cache.keys()).filter((each) => !each.url.endsWith("/offline/"))) {
      const copy = await cache.match(url);
      const title = (await copy.text()).match(/<title>([^|<]*)/)[1].trim().replace(/&(\w+|#x27);/g, (_all, sign) => signs[sign]);
      const row = box.querySelector("template").content.firstElementChild.cloneNode(true);
      const language = new URL(url).pathname.slice(1, 3);
      Object.assign(row.querySelector("a"), { href: url, textContent: title, lang: language, hreflang: language });
      const day = new Date(copy.headers.get("date"));
      row.querySelector("span").textContent = day.toLocaleDateString(document.documentElement.lang.replace("en", "en-GB"), { dateStyle: "long" });
      box.querySelector("ul").append(row);
      box.hidden = false;
    }
  }
}

const [keeper, shelf] = ["[data-tcg-keep]", "[data-tcg-kept]"].map((name) => document.querySelector(name));
const begin = () => register().catch(() => {}).then(() => navigator.serviceWorker.controller || ask(false)).then(() => keeper && offer(keeper));
if (navigator.serviceWorker && window.caches && /^\/(ja|en)\//.test(path)) {
  addEventListener("load", () => begin().catch(() => {}));
  if (shelf) list(shelf).catch(() => {});
}
