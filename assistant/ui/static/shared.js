// Shared by all modules: state, notifications, requests, downloads.

export const state = { current: null, pending: null, busy: false, turn: null, filters: {}, editing: null, missed: 0, following: true };
export const $ = (id) => document.getElementById(id);
export const questionBox = () => document.querySelector("#byline-question textarea");

export const say = (text) => {
  let place = $("byline-say");
  if (!place) {
    place = document.createElement("div");
    place.id = "byline-say"; place.setAttribute("role", "status");
    document.body.append(place);
  }
  place.textContent = text;
  place.classList.add("on");
  clearTimeout(say.timer);
  say.timer = setTimeout(() => place.classList.remove("on"), 2500);
};

// A phone shows one thing at a time; the same width as in the style.
export const narrow = () => matchMedia("(max-width: 760px)").matches;

// Confirmation dialog; resolves to true when confirmed.
export const sure = (words, verb) => new Promise((answer) => {
  const asked = document.createElement("dialog"), text = document.createElement("p"), line = document.createElement("p");
  asked.className = "byl sure"; text.textContent = words; text.id = "byline-sure"; line.className = "panel-answerActions";
  asked.setAttribute("aria-labelledby", text.id);
  for (const [name, value] of [["Cancel", ""], [verb, "yes"]]) {
    const button = document.createElement("button");
    button.type = "button"; button.textContent = name; button.className = value ? "primary danger" : "";
    button.addEventListener("click", () => asked.close(value));
    line.append(button);
  }
  asked.append(text, line);
  asked.addEventListener("close", () => { asked.remove(); answer(asked.returnValue === "yes"); });
  document.body.append(asked);
  asked.showModal();
});

export const post = (address, body) => fetch(address, {
  method: "POST", headers: { "content-type": "application/json", "x-byline": "1" }, body: JSON.stringify(body ?? {}),
});

export const save = (name, type, text) => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
};

export const fetched = async (address) => {
  const reply = await fetch(address, { cache: "no-store" });
  const text = await reply.text();
  if (reply.ok) return text;
  let words = "Something went wrong. Reload the page.";
  try { words = JSON.parse(text).error || words; } catch { /* not ours */ }
  throw new Error(words);
};

export const problem = async (reply) => {
  if (reply.ok) return "";
  try { return (await reply.json()).error || "That didn’t work. Try again."; } catch { return "That didn’t work. Try again."; }
};
