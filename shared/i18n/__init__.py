"""Languages and translations.

`translations.py`: `gettext` (imported as `_`), plurals, `N_` for constants, the language of a request or a block.
`catalog.py`: what is still untranslated; `python -m shared.i18n.catalog` prints it, and a test fails while anything is.
`locale/da.po`: the Danish words that all services share. A service and each of its feature packages bring their own.

English in the source is the key. Formats of dates and numbers are in `shared.fields` and `shared.ui.formats`.
"""
