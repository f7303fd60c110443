// What the other tabs show when they are opened, and the buttons of the Settings tab.
import { drawTable, watchJobs } from "./library.js";
import { $, fetched, post, problem, say } from "./shared.js";

const settingActions = {
  test: async () => {
    const place = $("byline-test");
    place.textContent = "Testing …";
    const reply = await post("/byline/test-model");
    place.textContent = reply.ok ? (await reply.json()).said : await problem(reply);
  },
  rebuild: async () => {
    const place = $("byline-rebuild");
    place.textContent = "Rebuilding …";
    const reply = await post("/byline/rebuild");
    place.textContent = reply.ok ? (await reply.json()).said : await problem(reply);
  },
  revoke: async (data) => {
    say(await problem(await post("/byline/sessions/revoke", { session: data.session })) || "Signed out.");
    drawSessions();
  },
  logout: async () => { await post("/byline/logout"); location.href = "/"; },
};
document.addEventListener("click", (event) => {
  const data = event.target.closest?.("#byline-settings button")?.dataset;
  if (data?.setting && settingActions[data.setting]) settingActions[data.setting](data);
});

const draw = (id, address) => async () => {
  try { $(id).innerHTML = await fetched(address); } catch (error) { $(id).textContent = error.message; }
};
const drawSessions = () => { if ($("byline-sessions")) draw("byline-sessions", "/byline/sessions")(); };
const panes = {
  library: () => { drawTable(); watchJobs(); },
  evaluation: draw("byline-runs", "/byline/runs"),
  settings: async () => { await draw("byline-health", "/byline/state")(); drawSessions(); },
};

// A tab's inside is made by Gradio when it is first opened.
export const pane = (name, tries = 0) => {
  if (!document.querySelector(`#byline-${name} .pane`)) { if (tries < 100) setTimeout(() => pane(name, tries + 1), 30); return; }
  panes[name]?.();
};
