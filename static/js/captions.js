// Captions in the reader's language come on with the first play; before that not even they are loaded.
for (const video of document.querySelectorAll("[data-tcg-clip]")) {
  video.addEventListener("play", () => { video.textTracks[0].mode = "showing"; }, { once: true });
}
