// What the search says, in Danish. Sphinx's own catalogue makes a function of a string, which the pages' policy forbids;
// it is taken out of the site, and these are its words and the few it lacks.
Object.assign(Documentation.TRANSLATIONS, {
  ", in ": ", i ",
  "Hide Search Matches": "Fjern markeringen af det søgte",
  "Preparing search...": "Gør søgningen klar …",
  "Search Results": "Søgeresultater",
  "Search finished, found ${resultCount} page(s) matching the search query.":
    "Sider, der svarer til søgningen: ${resultCount}.",
  "Searching": "Søger",
  "Your search did not match any documents. Please make sure that all words are spelled correctly and that you've selected enough categories.":
    "Ingen sider svarer til søgningen. Prøv et andet eller et kortere ord.",
});
Documentation.PLURAL_EXPR = (n) => n !== 1;
Documentation.LOCALE = "da";
