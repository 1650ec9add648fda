// In a published book each page says which edition it is of, and leads to the same page in the others. What editions
// there are tells a list beside them; a book that is not published has none, and asks for none.
(() => {
  const site = new URL("..", document.currentScript.src);
  const met = site.pathname.match(/\/udgaver\/([^/]+)\/$/);
  if (!met) return;
  const home = new URL("../../", site);
  const page = location.pathname.slice(site.pathname.length) || "index.html";
  const list = document.createElement("script");
  list.src = new URL("udgaver.js", home);
  list.onload = () => {
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", show);
    else show();
  };
  document.head.append(list);

  const day = (iso) =>
    new Date(`${iso}T12:00:00Z`).toLocaleDateString("da-DK", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });

  function make(tag, text, attributes = {}) {
    const made = Object.assign(document.createElement(tag), { textContent: text });
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  }

  function show() {
    const { newest, editions } = window.AFKAST_UDGAVER;
    const served = editions.filter((one) => one.state === "served").reverse();
    const own = served.find((one) => one.id === decodeURIComponent(met[1]));
    const last = served.find((one) => one.id === newest);
    const article = document.querySelector("article.bd-article");
    if (!own || !last || !article) return;
    const stays = new URL(`nyeste/${last.pages.includes(page) ? page : "index.html"}`, home).href;

    const box = make("nav", "", { class: "afkast-editions d-print-none", "aria-label": "Udgaver" });
    if (own !== last) {
      const told = make("p", `Dette er en tidligere udgave, med data pr. ${day(own.data_of)}. `, { class: "afkast-former" });
      told.append(make("a", "Gå til den nyeste udgave", { href: stays }));
      box.append(told);
    }
    const fold = make("details", "");
    fold.append(make("summary", `Udgaver (${served.length})`));
    const all = make("ul", "");
    for (const one of served) {
      const item = make("li", "");
      const words = `Data pr. ${day(one.data_of)}, udgivet ${day(one.published_on)}`;
      const to = new URL(`udgaver/${one.id}/${one.pages.includes(page) ? page : "index.html"}`, home).href;
      item.append(one === own ? make("strong", words) : make("a", words, { href: to }));
      const marks = [one === last && "nyeste", one === own && "denne", !one.pages.includes(page) && "uden denne side"];
      if (marks.some(Boolean)) item.append(` (${marks.filter(Boolean).join(", ")})`);
      all.append(item);
    }
    fold.append(all);
    const always = make("p", "");
    always.append(make("a", "Adressen, der altid fører til den nyeste udgave af siden", { href: stays }));
    fold.append(always);
    box.append(fold);
    article.prepend(box);
  }
})();
