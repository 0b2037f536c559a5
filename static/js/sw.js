// For bad lines: a page is always asked from the site; only when the line fails does a kept copy answer, with its date.
// Bound: 60 read pages and 50 marked ones of at most 160 KB, 20 of our own files of at most 60 KB: 18.8 MB. The oldest go first.
const READ = "tcg-read-1", MARKED = "tcg-marked", FILES = "tcg-files-1", MOST = { [READ]: 60, [MARKED]: 50, [FILES]: 20 };
const LARGEST = 160_000, PATIENCE = 15_000, DAY = 86_400_000;
const MAY = /^\/(ja|en)\/((steps|faq|guide|agencies|events)\/([\w-]+\/)?|(desk|offline)\/)$/, UNASKED = /^\/..\/(steps|faq|desk|offline)\//;
const FILE = /\/static\/(js|img)\/[\w-]+\.[0-9a-f]{12}\.(js|svg)/;
// A withdrawn consent must reach every copy: what a page shows of people is cut out; a page that still names one is not kept.
const PEOPLE = /<section[^>]* data-tcg-people[^]*?<\/section>|<li[^>]*><a[^>]* href="\/..\/people\/[^"?][^]*?<\/li>/g;
async function store(name, key, response) {
  const cache = await caches.open(name);
  await cache.put(key, response);
  for (const oldest of (await cache.keys()).slice(0, -MOST[name])) await cache.delete(oldest);
}
async function keep(path, response, wanted) {
  const name = wanted || (await caches.match(path, { cacheName: MARKED })) ? MARKED : READ;
  if ((name === READ && !UNASKED.test(path)) || ![200, 404, 410].includes(response.status)) return;
  const page = (await response.text()).replace(PEOPLE, ""), headers = new Headers(response.headers);
  for (const coding of ["content-encoding", "content-length"]) headers.delete(coding);
  const named = /href="[^"]*\/people\/[^"?]/.test(page), closed = /private|no-store/.test(headers.get("cache-control"));
  for (const cache of [READ, MARKED]) await (await caches.open(cache)).delete(path);
  if (response.ok && !response.redirected && !named && !closed && new Blob([page]).size <= LARGEST) await store(name, path, new Response(page, { headers }));
}
async function file(request) {
  const found = await caches.match(request), response = found || (await fetch(request));
  if (!found && response.ok) await store(FILES, request, response.clone());
  return response;
}
async function prepare(home) {
  const help = await caches.match(`${home}offline/`);
  if (help && Date.now() - Date.parse(help.headers.get("date")) < DAY) return;
  for (const part of ["steps/print/", "desk/", "offline/"]) await keep(home + part, await fetch(home + part));
}
async function copy(path, home) {
  const kept = (await caches.match(path)) || (path.startsWith(`${home}steps/`) && (await caches.match(`${home}steps/print/`)));
  const help = await caches.match(`${home}offline/`);
  if (!kept || !help) return kept;
  const day = new Date(kept.headers.get("date")).toLocaleDateString(home === "/en/" ? "en-GB" : "ja", { dateStyle: "long" });
  const notice = (await help.text()).match(/<p[^>]* data-tcg-copy[^]*?<\/p>/)[0].replace(" hidden", "").replace("<b>", `<b>${day}`);
  return new Response((await kept.text()).replace('<div class="plate__inner">', (plate) => plate + notice), kept);
}
addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => {
  const tidy = caches.keys().then((names) => Promise.all(names.filter((name) => !(name in MOST)).map((name) => caches.delete(name))));
  event.waitUntil(tidy.then(() => registration.navigationPreload?.enable()));
});
addEventListener("message", (event) => {
  const { path, wanted } = event.data, asked = MAY.test(path) ? fetch(path).then((response) => keep(path, response, wanted)) : Promise.resolve();
  event.waitUntil(asked.then(() => prepare(path.slice(0, 4))).catch(() => {}).then(() => event.ports[0].postMessage("")));
});
addEventListener("fetch", (event) => {
  const { origin, pathname: path, search } = new URL(event.request.url), home = path.slice(0, 4);
  if (origin !== location.origin || event.request.method !== "GET") return;
  if (FILE.test(path)) event.respondWith(file(event.request));
  if (event.request.mode !== "navigate" || !/^\/(ja|en)\/$/.test(home)) return;
  const network = Promise.resolve(event.preloadResponse).then((early) => early || fetch(event.request));
  const noted = network.then((response) => MAY.test(path) && !search && keep(path, response.clone()));
  event.waitUntil(noted.then(() => prepare(home)).catch(() => {}));
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE)).then(() => copy(path, home)).then((kept) => kept || network);
  event.respondWith(Promise.race([network, late]).catch(async () => (await copy(path, home)) || copy(`${home}offline/`, home)));
});
