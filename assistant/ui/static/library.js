// The Library tab: the table, additions and their progress, articles with versions, removal.
// The server has escaped the HTML that is fetched here.
import { pageActions } from "./actions.js";
import { $, fetched, post, problem, say, state, sure } from "./shared.js";

const wanted = { q: "", sort: "date", down: true, status: "", page: 1 };
let active = [], watching = false;
const folds = new Map(); // what the reader opened or closed stays so while the additions are drawn again

export const drawTable = async () => {
  const place = $("byline-table");
  if (!place) return;
  try { place.innerHTML = await fetched("/byline/library?" + new URLSearchParams(wanted)); } catch (error) { place.textContent = error.message; }
};
const wrong = (words) => { const place = $("byline-library-error"); if (place) place.textContent = words; };

// Poll once a second while a job is active, whichever tab is open.
export const watchJobs = async () => {
  if (watching) return;
  watching = true;
  for (;;) {
    let found;
    try { found = JSON.parse(await fetched("/byline/jobs")); } catch { found = null; }
    if (found) {
      const place = $("byline-jobs");
      if (place && place.dataset.html !== found.html) {
        place.innerHTML = found.html;
        place.dataset.html = found.html;
        for (const fold of place.querySelectorAll("[data-fold]")) fold.open = folds.get(fold.dataset.fold) ?? fold.open;
      }
      const ended = active.filter((id) => !found.active.includes(id));
      if (ended.length) { drawTable(); libraryChanged(); }
      else if (document.querySelector("#byline-table .no-articles") && found.active.length) drawTable();
      active = found.active;
      if (!active.length) break;
    }
    await new Promise((done) => setTimeout(done, 1000));
  }
  watching = false;
};
// The empty page of the chat says how many articles there are.
const libraryChanged = () => { if (document.querySelector(".welcome") && !state.busy) $("byline-show")?.click(); };

const add = async (body) => {
  wrong("");
  const reply = await post("/byline/add", body);
  const words = await problem(reply);
  if (words) { wrong(words); say(words); return false; }
  active = [...active, (await reply.json()).job];
  watchJobs();
  return true;
};
const upload = async (files) => {
  if (!files.length) return;
  wrong("");
  const form = new FormData();
  for (const file of files) form.append("files", file, file.name);
  const reply = await fetch("/byline/upload", { method: "POST", headers: { "x-byline": "1" }, body: form });
  const words = await problem(reply);
  if (words) { wrong(words); return; }
  active = [...active, (await reply.json()).job];
  watchJobs();
};

const showBeside = async (address) => {
  const side = $("byline-library-article");
  side.innerHTML = await fetch(address).then((reply) => reply.text());
  const close = document.createElement("button");
  close.type = "button"; close.className = "close"; close.textContent = "Close"; close.dataset.library = "close";
  side.prepend(close);
  side.hidden = false;
  side.scrollTop = 0;
  side.closest(".pane").classList.add("with-side");
  side.focus({ preventScroll: true });
};
const showArticle = (id, version) => showBeside("/byline/article?" + new URLSearchParams({ id, version }));
const closeArticle = () => {
  const side = $("byline-library-article");
  side.hidden = true;
  side.closest(".pane").classList.remove("with-side");
};

const libraryActions = {
  sample: () => add({ sample: true }),
  sort: ({ key }) => {
    wanted.down = wanted.sort === key ? !wanted.down : key === "date";
    Object.assign(wanted, { sort: key, page: 1 });
    drawTable();
  },
  page: ({ page }) => { wanted.page = Number(page); drawTable(); },
  close: closeArticle,
  outcomes: ({ job, status, page }) =>
    showBeside(`/byline/jobs/${encodeURIComponent(job)}/articles?` + new URLSearchParams({ status: status ?? "", page: page ?? 1 })),
  stop: ({ job }) => post(`/byline/jobs/${encodeURIComponent(job)}/stop`).then(watchJobs),
  remove: async ({ article, title }) => {
    if (!await sure(`“${title}” and all its versions will be removed. Answers that cite it stay, with a note.`, "Remove")) return;
    const words = await problem(await post("/byline/remove", { articles: [article] }));
    say(words || "Removed.");
    if (!words) { closeArticle(); drawTable(); libraryChanged(); }
  },
};

// Capturing, so that an article opened here does not open beside the chat as well.
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("#byline-library button");
  if (!button) return;
  const data = button.dataset;
  if (data.library && libraryActions[data.library]) { event.stopPropagation(); libraryActions[data.library](data); }
  else if ("open" in data) { event.stopPropagation(); showArticle(data.article, data.open); }
}, true);
document.addEventListener("click", (event) => {
  const fold = event.target.closest?.("summary")?.parentElement;
  if (fold?.dataset.fold) folds.set(fold.dataset.fold, !fold.open);
});
document.addEventListener("submit", (event) => {
  if (!event.target.matches?.("[data-library-form]")) return;
  event.preventDefault();
  const box = $("byline-source");
  add({ source: box.value }).then((taken) => { if (taken) box.value = ""; });
});
document.addEventListener("change", (event) => {
  if (event.target.id === "byline-files") { upload([...event.target.files]); event.target.value = ""; }
  if (event.target.id === "byline-status") { Object.assign(wanted, { status: event.target.value, page: 1 }); drawTable(); }
});
let typing;
document.addEventListener("input", (event) => {
  if (event.target.id !== "byline-find") return;
  clearTimeout(typing);
  typing = setTimeout(() => { Object.assign(wanted, { q: event.target.value, page: 1 }); drawTable(); }, 200);
});
for (const kind of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    const zone = event.target.closest?.(".drop-zone");
    if (!zone) return;
    event.preventDefault();
    zone.classList.toggle("over", kind === "dragover");
    if (kind === "drop") upload([...event.dataTransfer.files]);
  });
}
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && event.target.closest?.("#byline-library-article")) closeArticle();
});

const openTab = (name) => [...document.querySelectorAll('#byline-tabs [role="tab"]')].find((tab) => tab.textContent.trim() === name && tab.offsetParent)?.click();
pageActions.library = () => openTab("Library");
pageActions.sample = async () => {
  if (await add({ sample: true })) openTab("Library");
};
