// The Library, Evaluation and Settings tabs: they fetch pieces of HTML that the server has escaped.
(() => {
  "use strict";
  const { post, say, doings, tools, talkNow, write } = window.byline;
  const $ = (id) => document.getElementById(id);

  const fetched = async (address) => {
    const reply = await fetch(address, { cache: "no-store" });
    const text = await reply.text();
    if (reply.ok) return text;
    let words = "The server did not answer as expected: reload the page.";
    try { words = JSON.parse(text).error || words; } catch { /* not ours */ }
    throw new Error(words);
  };
  const problem = async (reply) => {
    if (reply.ok) return "";
    try { return (await reply.json()).error || "That was not accepted."; } catch { return "That was not accepted."; }
  };

  // Library

  const wanted = { q: "", sort: "date", down: true, status: "", page: 1 };
  let active = [], watching = false;

  const drawTable = async () => {
    const place = $("byline-table");
    if (!place) return;
    try { place.innerHTML = await fetched("/byline/library?" + new URLSearchParams(wanted)); } catch (error) { place.textContent = error.message; }
  };
  const wrong = (words) => { const place = $("byline-shelf-wrong"); if (place) place.textContent = words; };

  // Jobs are asked for once a second while one is active, whichever tab is open.
  const watchJobs = async () => {
    if (watching) return;
    watching = true;
    for (;;) {
      let found;
      try { found = JSON.parse(await fetched("/byline/jobs")); } catch { found = null; }
      if (found) {
        const place = $("byline-jobs");
        if (place && place.dataset.html !== found.html) { place.innerHTML = found.html; place.dataset.html = found.html; }
        const ended = active.filter((id) => !found.active.includes(id));
        if (ended.length) { drawTable(); libraryChanged(); }
        active = found.active;
        if (!active.length) break;
      }
      await new Promise((done) => setTimeout(done, 1000));
    }
    watching = false;
  };
  // The empty page of the chat says how many articles there are.
  const libraryChanged = () => { if (document.querySelector(".welcome") && !window.byline.state.busy) $("byline-show")?.click(); };

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

  const showArticle = async (id, version) => {
    const side = $("byline-shelf-article");
    side.innerHTML = await fetch("/byline/article?" + new URLSearchParams({ id, version })).then((reply) => reply.text());
    const close = document.createElement("button");
    close.type = "button"; close.className = "close"; close.textContent = "Close"; close.dataset.shelf = "close";
    side.prepend(close);
    side.hidden = false;
    side.scrollTop = 0;
    side.closest(".pane").classList.add("with-side");
    side.focus({ preventScroll: true });
  };
  const closeArticle = () => {
    const side = $("byline-shelf-article");
    side.hidden = true;
    side.closest(".pane").classList.remove("with-side");
  };

  const shelf = {
    sample: () => add({ sample: true }),
    sort: ({ key }) => {
      wanted.down = wanted.sort === key ? !wanted.down : key === "date";
      Object.assign(wanted, { sort: key, page: 1 });
      drawTable();
    },
    page: ({ page }) => { wanted.page = Number(page); drawTable(); },
    close: closeArticle,
    stop: ({ job }) => post(`/byline/jobs/${encodeURIComponent(job)}/stop`).then(watchJobs),
    remove: async ({ article, title }) => {
      if (!confirm(`Remove “${title}” with all its versions? Answers that cite it will say so.`)) return;
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
    if (data.shelf && shelf[data.shelf]) { event.stopPropagation(); shelf[data.shelf](data); }
    else if (data.open) { event.stopPropagation(); showArticle(data.article, data.open); }
  }, true);
  document.addEventListener("submit", (event) => {
    if (!event.target.matches?.("[data-shelf-form]")) return;
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
    if (event.key === "Escape" && event.target.closest?.("#byline-shelf-article")) closeArticle();
  });

  const openTab = (name) => [...document.querySelectorAll('#byline-tabs [role="tab"]')].find((tab) => tab.textContent.trim() === name && tab.offsetParent)?.click();
  doings.library = () => openTab("Library");
  doings.sample = async () => {
    if (await add({ sample: true })) openTab("Library");
  };

  // Ratings: a thumb opens a small form under the answer.

  const element = (tag, words, data = {}) => {
    const made = document.createElement(tag);
    made.textContent = words;
    Object.assign(made.dataset, data);
    return made;
  };
  const rate = (kind) => async (turn) => {
    const place = document.querySelector(`.turn[data-turn="${CSS.escape(turn.id)}"]`);
    document.querySelector(".rating-form")?.remove();
    remember(turn.id, kind);
    for (const thumb of place.querySelectorAll(".rate button")) thumb.setAttribute("aria-pressed", String(thumb.dataset.tool === kind));
    const reply = await post("/byline/feedback", { receipt: turn.receipt ?? "", rating: kind, question: turn.question });
    const words = await problem(reply);
    if (words) { say(words); return; }
    place.append(ratingForm(turn, kind));
    place.querySelector(".rating-form textarea").focus({ preventScroll: true });
    place.querySelector(".rating-form").scrollIntoView({ block: "nearest" });
  };
  const remember = (id, kind) => {
    const talk = talkNow(), turn = talk?.turns.find((other) => other.id === id);
    if (turn) { turn.rated = kind; write(talk); }
  };
  const ratingForm = (turn, kind) => {
    const form = document.createElement("form"), label = element("label", kind === "good" ? "What was good about it? (optional)" : "What was wrong with it? (optional)");
    const box = document.createElement("textarea"), line = document.createElement("p");
    form.className = "rating-form";
    box.id = "byline-note"; box.rows = 2; box.maxLength = 5000; label.htmlFor = box.id;
    const send = element("button", "Send the note", { note: kind });
    send.type = "submit"; send.className = "second";
    line.append(send);
    const answered = turn.state === "answered";
    const choices = kind === "good" ? [[answered ? "answer" : "not found", "Keep as a test question"]]
      : answered ? [["not found", "Keep as a test question: “not found” would be right"]] : [];
    for (const [expect, words] of choices) {
      const keep = element("button", words, { expect });
      keep.type = "button"; keep.className = "second";
      line.append(keep);
    }
    const close = element("button", "Close", { closeNote: "1" });
    close.type = "button";
    line.append(close);
    form.append(label, box, line);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const words = await problem(await post("/byline/feedback", { receipt: turn.receipt ?? "", rating: kind, note: box.value, question: turn.question }));
      say(words || "Thank you. It is kept with your ratings.");
      if (!words) form.remove();
    });
    form.addEventListener("click", async (event) => {
      const data = event.target.dataset ?? {};
      if (data.closeNote) form.remove();
      if (!data.expect) return;
      const turns = talkNow()?.turns ?? [], at = turns.findIndex((other) => other.id === turn.id);
      const reply = await post("/byline/case", { receipt: turn.receipt ?? "", expect: data.expect, before: turns.slice(0, at) });
      if (!reply.ok) { say(await problem(reply)); return; }
      const { count, file } = await reply.json();
      say(`Kept: ${count} ${count === 1 ? "question" : "questions"} in ${file}`);
      event.target.disabled = true;
    });
    return form;
  };
  Object.assign(tools, { good: rate("good"), bad: rate("bad") });

  // Settings

  const care = {
    test: async () => {
      const place = $("byline-test");
      place.textContent = "Trying …";
      const reply = await post("/byline/test-model");
      place.textContent = reply.ok ? (await reply.json()).said : await problem(reply);
    },
    rebuild: async () => {
      const place = $("byline-rebuild");
      place.textContent = "Rebuilding …";
      const reply = await post("/byline/rebuild");
      place.textContent = reply.ok ? (await reply.json()).said : await problem(reply);
    },
    logout: async () => { await post("/byline/logout"); location.href = "/"; },
  };
  document.addEventListener("click", (event) => {
    const data = event.target.closest?.("#byline-settings button")?.dataset;
    if (data?.care && care[data.care]) care[data.care]();
  });

  const draw = (id, address) => async () => {
    try { $(id).innerHTML = await fetched(address); } catch (error) { $(id).textContent = error.message; }
  };
  const panes = {
    library: () => { drawTable(); watchJobs(); },
    evaluation: draw("byline-runs", "/byline/runs"),
    settings: draw("byline-health", "/byline/state"),
  };
  // A tab's inside is made by Gradio when it is first opened.
  window.byline.pane = (name, tries = 0) => {
    if (!document.querySelector(`#byline-${name} .pane`)) { if (tries < 100) setTimeout(() => window.byline.pane(name, tries + 1), 30); return; }
    panes[name]?.();
  };
  window.byline.panes = panes;
})();
