// Two marks of the staff's editor: the language of a phrase, and the reading (furigana) over a word.
import { Mark, gettext, updateAttrsDialog } from "django-prose-editor/editor";

const LANGUAGES = ["ja", "en", "vi", "id", "zh-Hant", "zh-Hans", "ko"];

const askLanguage = updateAttrsDialog(
  { lang: { title: gettext("Language of this phrase"), enum: LANGUAGES } },
  { title: gettext("Language of this phrase") },
);
const askReading = updateAttrsDialog(
  { reading: { type: "string", title: gettext("Reading in kana") } },
  { title: gettext("Reading (furigana)") },
);

// Screen readers hear which text an editor holds.
document.addEventListener("prose-editor:ready", ({ detail }) => {
  const label = document.querySelector(`label[for="${detail.textarea.id}"]`);
  if (label) detail.editor.view.dom.setAttribute("aria-label", label.textContent.replace(/:\s*$/, ""));
});

function item(mark, label, ask) {
  return ({ buttons, menu }) => {
    menu.defineItem({
      name: mark,
      groups: "phrases",
      button: buttons.text(label),
      enabled: (editor) => !editor.state.selection.empty || editor.isActive(mark),
      active: (editor) => editor.isActive(mark),
      async command(editor) {
        if (editor.isActive(mark)) {
          editor.chain().focus().extendMarkRange(mark).unsetMark(mark).run();
          return;
        }
        const found = await ask(editor, {});
        if (found && Object.values(found)[0]) editor.chain().focus().setMark(mark, found).run();
      },
    });
  };
}

export const PhraseLanguage = Mark.create({
  name: "phraseLanguage",
  addAttributes: () => ({ lang: { default: null, parseHTML: (element) => element.getAttribute("lang") } }),
  parseHTML: () => [{ tag: "span[lang]" }],
  renderHTML: ({ HTMLAttributes }) => ["span", { lang: HTMLAttributes.lang }, 0],
  addMenuItems: item("phraseLanguage", gettext("Language"), askLanguage),
});

export const Reading = Mark.create({
  name: "reading",
  addAttributes: () => ({
    reading: { default: "", parseHTML: (element) => element.querySelector("rt")?.textContent || "", renderHTML: () => ({}) },
  }),
  parseHTML: () => [{ tag: "ruby", contentElement: (ruby) => ruby.querySelector("span") || ruby }, { tag: "ruby rt, ruby rp", ignore: true }],
  renderHTML: ({ mark }) => ["ruby", ["span", 0], ["rt", mark.attrs.reading]],
  addMenuItems: item("reading", gettext("Furigana"), askReading),
});
