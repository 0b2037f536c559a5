// A click on the picture writes its focal point into the number fields; a chosen file is shown before it is saved.
"use strict";

for (const box of document.querySelectorAll("[data-tcg-focus]")) {
  const name = box.dataset.tcgFocus;
  const x = document.getElementById(`id_${name}_x`);
  const y = document.getElementById(`id_${name}_y`);
  const frame = box.querySelector(".photo__frame");
  const picture = box.querySelector(".photo__picture");
  const point = box.querySelector(".photo__point");
  const file = box.querySelector("input[type=file]");

  const place = () => {
    point.style.insetInlineStart = `${x.value}%`;
    point.style.insetBlockStart = `${y.value}%`;
  };

  if (x && y) {
    picture.addEventListener("click", (event) => {
      const area = picture.getBoundingClientRect();
      x.value = Math.round(((event.clientX - area.left) / area.width) * 100);
      y.value = Math.round(((event.clientY - area.top) / area.height) * 100);
      place();
    });
    x.addEventListener("input", place);
    y.addEventListener("input", place);
    place();
  }
  file.addEventListener("change", () => {
    if (!file.files[0]) return;
    picture.src = URL.createObjectURL(file.files[0]);
    frame.hidden = false;
  });
}
