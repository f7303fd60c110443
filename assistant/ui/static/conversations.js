// Conversations: kept in the browser's local storage, listed on the left.
import { $, say, state } from "./shared.js";

// Each user of a shared browser has conversations of their own.
const USER = document.querySelector('meta[name="byline-user"]')?.content ?? "";
const PREFIX = "byline:conversation:" + (USER ? USER + ":" : "");
const CURRENT = "byline:current" + (USER ? ":" + USER : "");

export const read = (id) => {
  try { return JSON.parse(localStorage.getItem(PREFIX + id)); } catch { return null; }
};

export const write = (conversation) => {
  conversation.changed = Date.now();
  for (;;) {
    try { localStorage.setItem(PREFIX + conversation.id, JSON.stringify(conversation)); return; } catch (error) {
      const oldest = list().filter((other) => other.id !== conversation.id).pop();
      if (!oldest) { say("This conversation is too long for this browser’s storage."); return; }
      drop(oldest.id);
    }
  }
};

export const list = () => Object.keys(localStorage)
  .filter((key) => key.startsWith(PREFIX) && !key.slice(PREFIX.length).includes(":"))
  .map((key) => read(key.slice(PREFIX.length))).filter((conversation) => conversation && Array.isArray(conversation.turns))
  .sort((a, b) => b.changed - a.changed);

export const drop = (id) => localStorage.removeItem(PREFIX + id);

// Without becoming the newest.
export const store = (conversation) => localStorage.setItem(PREFIX + conversation.id, JSON.stringify(conversation));

export const setCurrent = (id) => {
  state.current = id;
  if (id) localStorage.setItem(CURRENT, id); else localStorage.removeItem(CURRENT);
};

export const lastCurrent = () => localStorage.getItem(CURRENT);

export const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(9)), (b) => b.toString(16).padStart(2, "0")).join("");

export const fresh = () => ({ id: newId(), name: "", changed: Date.now(), turns: [] });

export const currentConversation = () => (state.current && read(state.current)) || null;

export const drawList = () => {
  const place = $("byline-conversations");
  if (!place) return;
  place.textContent = "";
  for (const conversation of list()) {
    const item = document.createElement("li");
    const open = document.createElement("button");
    open.type = "button"; open.className = "conversation"; open.dataset.conversation = conversation.id; open.textContent = conversation.name || "New conversation";
    open.title = conversation.name;
    if (conversation.id === state.current) open.setAttribute("aria-current", "true");
    const away = document.createElement("button");
    away.type = "button"; away.className = "drop"; away.dataset.drop = conversation.id; away.textContent = "×";
    away.setAttribute("aria-label", "Delete conversation: " + (conversation.name || "New conversation"));
    item.append(open, away);
    place.append(item);
  }
  document.body.classList.toggle("no-conversations", !place.children.length);
};
