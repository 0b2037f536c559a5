// The kill switch: takes the place of sw.js, deletes everything kept and leaves; open pages stay as they are.
addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => {
  const emptied = caches.keys().then((names) => Promise.all(names.map((name) => caches.delete(name))));
  event.waitUntil(emptied.then(() => registration.unregister()));
});
