// Find et tal: where in the book does a number stand that somebody read on paper? First the places that read exactly so,
// then those whose value, rounded as asked and whatever its sign, is the same.
(() => {
  const MOST_SHOWN = 200;
  const NUMBER = /[+−-]?(?:\d{1,3}(?:\.\d{3})+|\d+)(?:,\d+)?/g;

  const plain = (text) => text.replace(/[\u00a0\u202f]/g, " ").replace(/−/g, "-");
  const valueOf = (text) => Number(text.replace(/\./g, "").replace(",", "."));
  const decimals = (text) => (text.split(",")[1] ?? "").length;

  // how a number is counted: what it is a number of, and by how much it is scaled; null where nothing is said
  function unitOf(words) {
    const text = words.trim().toLowerCase();
    if (/^mio\b/.test(text)) return ["kr", 1e6];
    if (/^(1\.000 ?kr|t\.? ?kr|tkr|tusind)/.test(text)) return ["kr", 1e3];
    if (/^kr\b/.test(text)) return ["kr", 1];
    if (/^(pct\.?|procent)?-?point/.test(text) || /^pct\.point/.test(text)) return ["point", 1];
    if (/^(%|pct|procent)/.test(text)) return ["%", 1];
    const [word] = text.match(/^[a-zæøå]{3,}/) ?? [];
    return word ? [word, 1] : null;
  }

  const sameKind = (one, other) => one === other || (one.length > 2 && other.length > 2 && (one.startsWith(other.slice(0, 4)) || other.startsWith(one.slice(0, 4))));

  // every reading of a number of the book: its digits, its unit, and its value in kroner, per cent or what it counts
  function readings(shown, exact, unit) {
    const text = plain(shown);
    const found = [...text.matchAll(NUMBER)];
    return found.map((met) => {
      const after = text.slice(met.index + met[0].length);
      const said = unitOf(after) ?? unitOf(after.replace(/^.*?\d[\d.,]*\s*/, "")) ?? unitOf(unit) ?? ["", 1];
      const known = exact && found.length === 1 ? valueOf(plain(exact).match(NUMBER)[0]) : valueOf(met[0]) * said[1];
      return { digits: met[0], kind: said[0], scale: said[1], value: Math.abs(known) };
    });
  }

  function askedFor(query) {
    const text = plain(query).trim();
    const [digits] = text.match(NUMBER) ?? [];
    return digits && { digits, unit: unitOf(text.slice(text.indexOf(digits) + digits.length)) };
  }

  const readsSo = (asked, one) =>
    asked.digits === one.digits && (!asked.unit || (sameKind(asked.unit[0], one.kind) && asked.unit[1] === one.scale));

  function isSame(asked, one) {
    if (asked.unit && !sameKind(asked.unit[0], one.kind)) return false;
    const steps = 10 ** decimals(asked.digits);
    const rounded = (value) => Math.round(value * steps * (1 + 1e-12));
    const scales = asked.unit ? [asked.unit[1]] : one.kind === "kr" ? [1, 1e3, 1e6] : [1];
    return scales.some((scale) => rounded(one.value / scale) === rounded(Math.abs(valueOf(asked.digits))));
  }

  function find(index, asked) {
    const exactly = [];
    const otherwise = [];
    for (const page of index.pages) {
      for (const thing of page.shown) {
        for (const [place, shown, exact, unit, words] of thing.numbers) {
          const read = readings(shown, exact, unit);
          const into = read.some((one) => readsSo(asked, one)) ? exactly : read.some((one) => isSame(asked, one)) && otherwise;
          if (into) into.push({ page, thing, place, shown, exact, unit, words });
        }
      }
    }
    return [exactly, otherwise];
  }

  function make(tag, text, className) {
    const element = document.createElement(tag);
    if (text) element.textContent = text;
    if (className) element.className = className;
    return element;
  }

  function row({ page, thing, place, shown, exact, unit, words }) {
    const line = make("li");
    const link = make("a", shown);
    link.href = `${page.address}#t-${thing.id}-${place.replace(".", "-")}`;
    const [r, c] = place.split(".").map(Number);
    const where = words ? `I teksten: »${words}«` : [thing.caption, thing.rows[r], thing.columns[c]].filter(Boolean).join(" › ");
    const told = make("div", where);
    const detail = [unit && !shown.includes(unit) ? `i ${unit}` : "", exact ? `nøjagtigt ${exact}` : ""].filter(Boolean);
    if (detail.length) told.append(make("small", detail.join(" · ")));
    line.append(link, told);
    return line;
  }

  function group(name, found) {
    if (!found.length) return [];
    const parts = [make("h2", `${name} (${found.length.toLocaleString("da")})`)];
    const shown = found.slice(0, MOST_SHOWN);
    for (const page of new Set(shown.map((one) => one.page))) {
      const list = make("ul", "", "afkast-found");
      list.append(...shown.filter((one) => one.page === page).map(row));
      parts.push(make("h3", page.title), list);
    }
    if (found.length > MOST_SHOWN) parts.push(make("p", `De første ${MOST_SHOWN} er vist; skriv tallet mere præcist.`));
    return parts;
  }

  function answer(query, index, said, results) {
    const asked = askedFor(query);
    if (!asked) {
      said.textContent = `Der er intet tal i »${query}«.`;
      return;
    }
    const [exactly, otherwise] = find(index, asked);
    const places = exactly.length + otherwise.length;
    const count = places === 1 ? "ét sted" : `${places.toLocaleString("da")} steder`;
    said.textContent = places ? `»${query}« står ${count} i bogen.` : `»${query}« står ikke i bogen.`;
    results.replaceChildren(
      ...group("Står præcis sådan", exactly),
      ...group("Samme værdi, skrevet anderledes", otherwise),
    );
  }

  document.addEventListener("DOMContentLoaded", () => {
    const form = document.getElementById("find-et-tal-form");
    if (!form) return;
    const said = document.getElementById("find-et-tal-svar");
    const results = document.getElementById("find-et-tal-steder");
    const query = (new URLSearchParams(location.search).get("tal") ?? "").trim();
    form.hidden = false;
    form.elements.tal.value = query;
    form.addEventListener("submit", (event) => {
      event.preventDefault(); // read from disk, a form is sent nowhere
      location.search = new URLSearchParams({ tal: form.elements.tal.value });
    });
    if (!query) return;
    said.textContent = "Leder …";
    window.afkastTal.load().then(
      (index) => {
        answer(query, index, said, results);
        const all = index.pages.flatMap((page) => page.shown).reduce((sum, thing) => sum + thing.numbers.length, 0);
        const ground = `${all.toLocaleString("da")} tal i udgave ${index.edition} (udtræk ${index.snapshot}). Skjulte tal er ikke med, og tal på en side om enkeltpersoner kendes kun, som siden viser dem.`;
        results.append(make("p", ground, "afkast-note"));
      },
      () => (said.textContent = "Bogens tal kunne ikke hentes."),
    );
  });
})();
