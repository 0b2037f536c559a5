// Boxes with a search in them (select2) get the name of the list that they stand for; by themselves they have none.
window.django.jQuery(() => {
  for (const list of document.querySelectorAll("select.admin-autocomplete")) {
    const name = list.labels[0].textContent.replace(/[:：]\s*$/, "").trim();
    for (const box of list.nextElementSibling.querySelectorAll("[role=combobox], [role=textbox]")) box.setAttribute("aria-label", name);
    window.django.jQuery(list).on("select2:open", () => document.querySelector(".select2-search__field").setAttribute("aria-label", name));
  }
});
