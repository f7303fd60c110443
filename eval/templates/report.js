(function () {
  "use strict";
  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  root.dataset.theme = dark.matches ? "dark" : "light";
  document.getElementById("theme").addEventListener("click", function () {
    root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
  });

  const questions = Array.from(document.querySelectorAll("details.q"));
  const texts = questions.map(function (q) {
    const answer = q.querySelector(".answer");
    return (q.id + " " + q.querySelector(".ask").textContent + " " + (answer ? answer.textContent : "")).toLowerCase();
  });
  const chosen = { stage: "", kind: "", changed: "" };
  const find = document.getElementById("find");

  function fits(question, name) {
    const wanted = chosen[name];
    if (wanted === "*wrong") { return question.dataset.stage !== "right"; }
    return !wanted || question.dataset[name] === wanted;
  }

  function apply() {
    const words = find.value.toLowerCase().trim();
    let shown = 0;
    questions.forEach(function (question, i) {
      const keep = fits(question, "stage") && fits(question, "kind") && fits(question, "changed") && texts[i].includes(words);
      question.hidden = !keep;
      shown += keep ? 1 : 0;
    });
    document.getElementById("shown").textContent = shown;
    document.getElementById("none").hidden = shown > 0;
    document.querySelectorAll(".chips button").forEach(function (chip) {
      chip.classList.toggle("on", chosen[chip.parentNode.dataset.filter] === chip.dataset.value);
    });
  }

  function choose(name, value) {
    chosen[name] = value;
    apply();
  }

  document.querySelectorAll(".chips button").forEach(function (chip) {
    chip.addEventListener("click", function () { choose(chip.parentNode.dataset.filter, chip.dataset.value); });
  });
  function jump(name, value) {
    choose(name, value);
    document.getElementById("questions").scrollIntoView();
  }
  document.querySelectorAll(".key").forEach(function (key) {
    key.addEventListener("click", function () { jump("stage", key.dataset.stage); });
  });
  document.querySelectorAll(".link").forEach(function (link) {
    link.addEventListener("click", function () { jump("kind", link.dataset.kind); });
  });
  document.querySelectorAll(".stack .part").forEach(function (part) {
    part.addEventListener("click", function () {
      const line = part.closest("tr");
      if (line) { chosen.kind = line.querySelector(".link").dataset.kind; }
      jump("stage", part.dataset.stage);
    });
  });
  find.addEventListener("input", apply);
  function openLinked() {
    if (!location.hash.startsWith("#q-")) { return; }
    const linked = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!linked) { return; }
    Object.assign(chosen, { stage: "", kind: "", changed: "" });
    find.value = "";
    apply();
    linked.open = true;
    linked.scrollIntoView();
  }
  window.addEventListener("hashchange", openLinked);
  openLinked();
})();
