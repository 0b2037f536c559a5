module.exports = {
  root: true,
  extends: ["html-validate:recommended"],
  rules: {
    "aria-label-misuse": ["error", { allowAnyNamable: true }], // a list of chips may have a name
    "doctype-style": "off", // a matter of taste
    "form-dup-name": ["error", { shared: ["radio", "button", "checkbox"] }], // boxes of one question share their name
    "long-title": "off", // a page's title is what an editor calls it
    "no-implicit-button-type": "off", // a button in a form sends it: that is what is meant
    "no-redundant-for": "off", // a label round its box names it, too, for voice control that knows only names
    "no-trailing-whitespace": "off", // templates leave blanks
    "tel-non-breaking": "off", // numbers are written by editors, and may break on a narrow screen
    "void-style": "off", // a matter of taste
  },
};
