// Every number answers for itself: a dialog tells what it is exactly, what it counts, how it was computed and from what.
// The numbers stand in the page without this; what is told of them stands in tal-indeks.js, read when first asked for.
(() => {
  const site = new URL("..", document.currentScript.src);
  const unseen = ".few, .hidden, .missing, .future";
  const alone = /^[+−-]?\d{1,3}(?:\.\d{3})*(?:,\d+)?(?:\s?(?:%|kr\.|mio\. kr\.))?$/; // a number quoted as text
  const keyOf = new Map(); // of a number's link: [item, place]
  let index;

  function load() {
    index ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = new URL("tal-indeks.js", site);
      script.onload = () => resolve(window.AFKAST_TAL);
      script.onerror = reject;
      document.head.append(script);
    });
    return index;
  }
  window.afkastTal = { load, site };

  function make(tag, { text, ...attributes } = {}, ...children) {
    const element = document.createElement(tag);
    if (text !== undefined) element.textContent = text;
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }

  // ---------------------------------------------------------------- numbers that can be asked

  function ask(element, item, place) {
    const link = make("a", { class: "tal", role: "button", "aria-haspopup": "dialog" });
    const id = `t-${item}-${place.replace(".", "-")}`;
    link.append(...element.childNodes);
    link.href = `#${id}`;
    // a headline is told twice, and only the one in its place is led to
    if (!element.closest(".afkast-headline") && !document.getElementById(id)) link.id = id;
    element.append(link);
    keyOf.set(link, [item, place]);
    return link;
  }

  function askTable(box) {
    const item = box.id.replace(/^vist-/, "");
    const own = box.closest("figure") ? item.replace(/-tal$/, "") : item;
    const rows = [];
    [...box.querySelectorAll("tbody tr")].forEach((row, r) => {
      const links = [...row.querySelectorAll("td")].flatMap((cell, c) => {
        const asks = !cell.matches(unseen) && (cell.matches(".number") || alone.test(cell.textContent.trim()));
        return asks && !cell.querySelector("a, button") ? [ask(cell, own, `${r}.${c}`)] : [];
      });
      if (links.length) rows.push(links);
    });
    // a table is one tab stop, and arrows go on from there
    for (const link of rows.flat()) link.tabIndex = -1;
    if (rows.length) rows[0][0].tabIndex = 0;
    box.addEventListener("keydown", (event) => {
      const r = rows.findIndex((links) => links.includes(event.target));
      if (r < 0 || event.ctrlKey || event.altKey || event.metaKey) return;
      const c = rows[r].indexOf(event.target);
      const column = event.target.closest("td").cellIndex;
      const same = (links) => links?.find((one) => one.closest("td").cellIndex === column) ?? links?.at(-1);
      const next = {
        ArrowLeft: () => rows[r][c - 1],
        ArrowRight: () => rows[r][c + 1],
        ArrowUp: () => same(rows[r - 1]),
        ArrowDown: () => same(rows[r + 1]),
        Home: () => rows[r][0],
        End: () => rows[r].at(-1),
      }[event.key];
      if (!next) return;
      event.preventDefault();
      const to = next();
      if (!to) return;
      event.target.tabIndex = -1;
      to.tabIndex = 0;
      to.focus();
    });
  }

  // ---------------------------------------------------------------- what a number says of itself

  let dialog;

  function open(link) {
    const [item, place] = keyOf.get(link);
    dialog ??= makeDialog();
    dialog.replaceChildren(make("p", { text: "Henter oplysningerne …" }));
    if (!dialog.open) dialog.showModal();
    load().then(
      (told) => show(told, link, item, place),
      () => fail("Oplysningerne om bogens tal kunne ikke hentes."),
    );
  }

  function makeDialog() {
    const made = make("dialog", { class: "afkast-number", "aria-labelledby": "afkast-number-name" });
    made.addEventListener("click", (event) => event.target === made && made.close());
    document.body.append(made);
    return made;
  }

  function closer() {
    const button = make("button", { type: "button", class: "afkast-close", text: "Luk" });
    button.addEventListener("click", () => dialog.close());
    return button;
  }

  function fail(why) {
    dialog.replaceChildren(closer(), make("h2", { id: "afkast-number-name", text: "Tallet" }), make("p", { text: why }));
  }

  function show(told, link, item, place) {
    const page = told.pages.find((one) => location.pathname.endsWith(`/${one.address}`));
    const thing = page?.shown.find((one) => one.id === item);
    const number = thing?.numbers.find((one) => one[0] === place);
    const shown = link.textContent.trim();
    // a page that the browser kept from a former edition is not told about from a newer one
    const spaced = (text) => text.replaceAll("\u00a0", " "); // a front page breaks its lines where it likes
    if (!number || spaced(number[1]) !== spaced(shown)) return fail("Siden er ikke af samme udgave som oplysningerne; genindlæs den.");
    const [, , exact, unit, words] = number;
    const [r, c] = place.split(".").map(Number);
    const path = words ? `»${words}«` : [thing.caption, thing.rows[r], thing.columns[c]].filter(Boolean).join(" › ");
    const facts = make("dl");
    const fact = (name, ...what) => facts.append(make("dt", { text: name }), make("dd", {}, ...what));
    if (unit && !shown.includes(unit)) fact("Enhed", unit);
    fact("Nøjagtigt", exact || "som siden viser det");
    tellHow(fact, page, thing, number);
    const sources = thing.files.length
      ? [thing.files, "Kilde"]
      : [[...new Set(page.shown.flatMap((one) => one.files))].sort((a, b) => a - b), "Sidens kilder"];
    fact(sources[1], ...sources[0].map((file) => source(told.files[file])));
    fact("Udtræk", told.snapshot);
    fact("Udgave", told.edition);
    dialog.replaceChildren(
      closer(),
      make("h2", { id: "afkast-number-name", text: shown }),
      make("p", { class: "afkast-path", text: path }),
      facts,
      ...copy(link),
    );
    stand(link);
    dialog.querySelector("button").focus();
  }

  function source(file) {
    const name = `${file.source} (${file.file}${file.sheet ? `, ark ${file.sheet}` : ""})`;
    const rows = `${file.rows.toLocaleString("da")} ${file.rows === 1 ? "række" : "rækker"}`;
    const day = file.extracted_on.slice(0, 10).split("-").reverse().join(".");
    const detail = `${rows} · udtrukket ${day}${file.synthetic ? " · syntetiske data" : ""} · SHA-256 `;
    return make("div", { text: name }, make("small", { text: detail }, make("code", { text: file.sha256 })));
  }

  // the cell that shows it, the formula before that, and the checks of the same section; a verdict repeats numbers of
  // sections before it, and what these have is told where its own has neither
  function tellHow(fact, page, thing, number) {
    const { cell, formula, check } = reckoned(thing.id);
    const code = cell?.querySelector(".cell_input");
    if (code) fact("Regnet i", leading(code, `beregning-${thing.id}`, "beregningen på siden"));
    if (formula || check) return tellReckoned(fact, { formula, check }, "");
    for (const other of page.shown.filter((one) => one !== thing)) {
      const its = other.numbers.find((one) => isSame(one, number));
      const there = its ? reckoned(other.id) : {};
      if (!there.formula && !there.check) continue;
      fact("Samme tal i", leading(there.box, there.box.id, its[4] ? `»${its[4]}«` : other.caption));
      return tellReckoned(fact, there, " dér");
    }
  }

  function tellReckoned(fact, { formula, check }, where) {
    if (formula) fact(`Formel${where}`, leading(formula, `formel-${[...document.querySelectorAll("div.math")].indexOf(formula)}`, "formlen på siden"));
    if (!check) return;
    const [outcome] = check.textContent.trim().split(/(?<=stemmer(?: \([^)]*\))?\.)\s/);
    fact(`Kontrol ${where ? "dér" : "i afsnittet"}`, leading(check, check.id, outcome.replace(/^Kontrol\s*/, "")));
  }

  function reckoned(item) {
    const box = document.getElementById(`vist-${item}`);
    const cell = box?.closest(".cell");
    if (!cell) return {};
    const section = cell.closest("section");
    const formula = [...section.querySelectorAll("div.math")].filter((one) => one.compareDocumentPosition(cell) & 4).at(-1);
    const checks = [...section.querySelectorAll(".afkast-text[id^='vist-kontrol-']")];
    const after = checks.filter((one) => box.compareDocumentPosition(one) & 4);
    return { box, cell, formula, check: after.length ? after[0] : checks.at(-1) };
  }

  // one number in another place: exactly, or where that may not be told as it is read, of one unit or of one that a
  // sentence leaves out; a single digit may be alike by chance
  function isSame([, shown, exact, unit], [, itsShown, itsExact, itsUnit]) {
    if (exact && itsExact && exact === itsExact) return true;
    const bare = (text, of) => text.replace(of, "").replace(/^[−-]/, "").trim();
    const told = exact && itsExact ? [bare(exact, unit), bare(itsExact, itsUnit)] : [bare(shown, unit), bare(itsShown, itsUnit)];
    return told[0] === told[1] && (unit === itsUnit || !unit || !itsUnit) && /\d.*\d/.test(told[0]);
  }

  function leading(to, id, text) {
    to.id ||= id;
    const link = make("a", { text, href: `#${to.id}` });
    link.addEventListener("click", () => dialog.close());
    return link;
  }

  function copy(link) {
    const address = new URL(link.getAttribute("href"), location.href.replace(/#.*/, ""));
    const field = make("input", { readonly: "", value: address.href, "aria-label": "Link til tallet" });
    const button = make("button", { type: "button", text: "Kopiér link" });
    const said = make("span", { role: "status" });
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(field.value);
      } catch {
        // the clipboard is out of reach on an intranet without encryption
        field.select();
        document.execCommand("copy");
      }
      said.textContent = "Linket er kopieret.";
    });
    return [make("p", { class: "afkast-copy" }, field, button, said)];
  }

  // under its number, where there is room
  function stand(link) {
    const at = link.getBoundingClientRect();
    const { offsetWidth: across, offsetHeight: down } = dialog;
    const within = (least, wished, most) => Math.max(least, Math.min(wished, most));
    dialog.style.left = `${within(8, at.left - 16, innerWidth - across - 8)}px`;
    dialog.style.top = `${within(8, at.bottom + 8, innerHeight - down - 8)}px`;
  }

  // ---------------------------------------------------------------- the page

  function follow() {
    const link = location.hash.startsWith("#t-") && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!link || !keyOf.has(link)) return;
    for (let fold = link.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    link.scrollIntoView({ block: "center" });
    link.focus();
    open(link);
  }

  document.addEventListener("DOMContentLoaded", () => {
    const article = document.querySelector("article.bd-article");
    if (!article) return;
    for (const box of article.querySelectorAll(".afkast-table[id^='vist-']")) askTable(box);
    for (const mark of article.querySelectorAll("span.tal[data-tal]")) {
      const [item, name] = mark.dataset.tal.split(".");
      if (!mark.closest("a, button, summary")) ask(mark, item, name);
    }
    const asked = (event) => event.target.closest?.("a.tal");
    article.addEventListener("click", (event) => {
      const link = asked(event);
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      open(link);
    });
    article.addEventListener("keydown", (event) => {
      const link = asked(event);
      if (!link || (event.key !== " " && event.key !== "Enter")) return;
      event.preventDefault();
      open(link);
    });
    follow();
    addEventListener("hashchange", follow);
  });
})();
