// A table of the text, which is words, is laid down on a phone as those of the pages are: a row is a block, and each
// cell after the first says its heading. The roles are said, for a table laid down is none to a screen reader.
const layDown = (table) => {
  const heads = [...table.querySelectorAll("thead th")].map((head) => head.textContent.trim());
  if (heads.length < 3) return;
  table.parentElement.classList.add("afkast-laid");
  const roles = { "": "table", "thead, tbody": "rowgroup", tr: "row", th: "columnheader", td: "cell" };
  for (const [selector, role] of Object.entries(roles))
    for (const one of selector ? table.querySelectorAll(selector) : [table]) one.setAttribute("role", role);
  for (const cell of table.querySelectorAll("tbody td")) cell.dataset.h = cell.cellIndex ? heads[cell.cellIndex] : "";
};

// What is wider than the screen scrolls by keyboard, too: it is a tab stop, with a name, as long as it is too wide.
document.addEventListener("DOMContentLoaded", () => {
  const named = {
    "mjx-container[display='true']": "Formel",
    ".afkast-scroll": "Tabel",
    "div.cell_input pre, .afkast-text div.highlight pre": "Beregning",
    ".pst-scrollable-table-container": "Tabel",
  };
  const look = (element, name) => {
    const scrolls = element.scrollWidth > element.clientWidth || element.scrollHeight > element.clientHeight;
    if (scrolls) {
      element.tabIndex = 0;
      element.setAttribute("role", "group");
      element.setAttribute("aria-label", name);
    } else if (element.getAttribute("role") === "group") {
      for (const attribute of ["tabindex", "role", "aria-label"]) element.removeAttribute(attribute);
    }
  };
  const sizes = new ResizeObserver((entries) => entries.forEach(({ target }) => look(target, target.afkastName)));
  const watch = (root) => {
    for (const [selector, name] of Object.entries(named)) {
      for (const element of root.querySelectorAll(selector)) {
        if (element.afkastName) continue;
        element.afkastName = name;
        sizes.observe(element);
        look(element, name);
      }
    }
  };
  const article = document.querySelector("article.bd-article");
  if (!article) return;
  article.querySelectorAll("table.table").forEach(layDown);
  watch(article);
  // formulas are set after the page is there, and are wider when their fonts have come
  new MutationObserver(() => watch(article)).observe(article, { childList: true, subtree: true });
  document.fonts.addEventListener("loadingdone", () => {
    for (const [selector, name] of Object.entries(named))
      for (const element of article.querySelectorAll(selector)) look(element, name);
  });
});
