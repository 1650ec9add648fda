// What the search says where Sphinx's own Danish is missing or poor.
const DANISH = {
  ", in ": ", i ",
  "Hide Search Matches": "Fjern markeringen af det søgte",
  "Preparing search...": "Gør søgningen klar …",
  "Search finished, found ${resultCount} page(s) matching the search query.":
    "Sider, der svarer til søgningen: ${resultCount}.",
  "Searching": "Søger",
  "Your search did not match any documents. Please make sure that all words are spelled correctly and that you've selected enough categories.":
    "Ingen sider svarer til søgningen. Prøv et andet eller et kortere ord.",
};

// Sphinx would run the plural's formula as code, which a page's policy forbids; one and many is what Danish has too.
Documentation.addTranslations = ({ locale, messages }) => {
  Object.assign(Documentation.TRANSLATIONS, messages, DANISH);
  Documentation.LOCALE = locale;
};
Documentation.addTranslations({ locale: "da", messages: {} });
