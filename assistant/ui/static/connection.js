// Whether the server is reachable and its library loaded.
import { lost } from "./asking.js";
import { $, state } from "./shared.js";

export const beat = async () => {
  const gone = document.body.classList.contains("lost");
  if (state.busy || gone) {
    let health = null;
    try { health = await (await fetch("/health", { cache: "no-store" })).json(); } catch { /* counted below */ }
    state.missed = health ? 0 : state.missed + 1;
    if (state.missed >= 2) lost();
    if (gone && health?.page) {
      location.reload();
      return;
    }
  }
  setTimeout(beat, 1500);
};

// The empty page says "loading" until the library is there.
export const awaitLibrary = async () => {
  if (document.querySelector(".welcome.loading")) {
    try {
      const health = await (await fetch("/health", { cache: "no-store" })).json();
      if (!health.loading) $("byline-show")?.click();
    } catch { /* asked again below */ }
  }
  setTimeout(awaitLibrary, 700);
};
