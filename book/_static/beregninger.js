// Readers get results, reviewers the calculations behind them: one switch, remembered, and a button per section.
// Runs before the page is painted. Without it every calculation is shown, and nothing is out of reach.
(() => {
  const REMEMBERED = "afkast-beregninger";
  const root = document.documentElement;

  function remembered() {
    try {
      return localStorage.getItem(REMEMBERED) === "1";
    } catch {
      return false; // a browser that keeps nothing
    }
  }

  function remember(shown) {
    try {
      localStorage.setItem(REMEMBERED, shown ? "1" : "0");
    } catch {
      // the switch holds for this page alone
    }
    try {
      const address = new URL(location.href);
      if (shown) address.searchParams.set("beregning", "1");
      else address.searchParams.delete("beregning");
      history.replaceState(null, "", address);
    } catch {
      // a page read from disk keeps its address
    }
  }

  // the address wins for this view, and is not remembered
  const asked = new URLSearchParams(location.search).get("beregning");
  root.classList.toggle("afkast-reading", !(asked === null ? remembered() : asked === "1"));

  const calculations = (element) => element.querySelector("div.cell_input, div.cell .afkast-text div.highlight");

  function button(text, className) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = `${className} d-print-none`;
    made.textContent = text;
    return made;
  }

  function addSwitch(heading) {
    const made = button("Vis beregninger", "afkast-switch");
    made.setAttribute("role", "switch");
    const tell = () => made.setAttribute("aria-checked", String(!root.classList.contains("afkast-reading")));
    made.addEventListener("click", () => {
      remember(!root.classList.toggle("afkast-reading"));
      tell();
    });
    tell();
    heading.after(made);
  }

  function open(section, isOpen) {
    section.classList.toggle("afkast-open", isOpen);
    const own = section.querySelector(":scope > button.afkast-section");
    own.setAttribute("aria-expanded", String(isOpen));
    own.textContent = isOpen ? "Skjul beregningen" : "Vis beregningen";
  }

  function addSectionButton(section) {
    const made = button("", "afkast-section");
    made.addEventListener("click", () => open(section, !section.classList.contains("afkast-open")));
    section.prepend(made);
    open(section, false);
  }

  // a link to a calculation opens the section it stands in
  function follow() {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const section = target && target.closest(".cell_input, .cell") && target.closest("section.afkast-has-section");
    if (section) {
      open(section, true);
      target.scrollIntoView();
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    const article = document.querySelector("article.bd-article");
    const heading = article && article.querySelector("h1");
    if (!heading || !calculations(article)) return;
    addSwitch(heading);
    for (const title of article.querySelectorAll("section > h2")) {
      const section = title.parentElement;
      if (!calculations(section)) continue;
      section.classList.add("afkast-has-section");
      addSectionButton(section);
    }
    follow();
    addEventListener("hashchange", follow);
  });
})();
