// Thumbs open a small form: a note, or saving the answer as a test question.
import { answerActions } from "./actions.js";
import { post, problem, say } from "./shared.js";
import { currentConversation, write } from "./conversations.js";

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
  const conversation = currentConversation(), turn = conversation?.turns.find((other) => other.id === id);
  if (turn) { turn.rated = kind; write(conversation); }
};
const ratingForm = (turn, kind) => {
  const form = document.createElement("form"), label = element("label", kind === "good" ? "What was good? (optional)" : "What was wrong? (optional)");
  const box = document.createElement("textarea"), line = document.createElement("p");
  form.className = "rating-form";
  box.id = "byline-note"; box.rows = 2; box.maxLength = 5000; label.htmlFor = box.id;
  const send = element("button", "Send", { note: kind });
  send.type = "submit"; send.className = "second";
  line.append(send);
  const answered = turn.state === "answered";
  const choices = kind === "good" ? [[answered ? "answer" : "not found", "Save as test"]]
    : answered ? [["not found", "Save as test: should be “not found”"]] : [];
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
    say(words || "Thanks. Your note is saved.");
    if (!words) form.remove();
  });
  form.addEventListener("click", async (event) => {
    const data = event.target.dataset ?? {};
    if (data.closeNote) form.remove();
    if (!data.expect) return;
    const turns = currentConversation()?.turns ?? [], at = turns.findIndex((other) => other.id === turn.id);
    const reply = await post("/byline/case", { receipt: turn.receipt ?? "", expect: data.expect, before: turns.slice(0, at) });
    if (!reply.ok) { say(await problem(reply)); return; }
    const { count, file } = await reply.json();
    say(`Saved. ${count} ${count === 1 ? "test question" : "test questions"} in ${file}`);
    event.target.disabled = true;
  });
  return form;
};
Object.assign(answerActions, { good: rate("good"), bad: rate("bad") });
