"""HTML forms: read into a pydantic model, and shown again with the typed values and the errors.

    form = await read_form(request, PledgeForm)
    if form.data is None:
        return render(request, "new.html", status_code=422, form=form)

`blank(positions=1)` is an empty form. A refusal of the command is shown by `form.refused({"company.cvr": _("…")})` or,
from a `Problem`, `form.refused_by(problem.errors)`.
"""

import types
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar, Union, get_args, get_origin

from fastapi import Request
from pydantic import BaseModel, ValidationError
from starlette.datastructures import UploadFile

from shared.fields.cpr import contains_cpr_shape, fields_like_cpr
from shared.fields.validation import FieldError, field_errors
from shared.i18n.translations import gettext as _
from shared.ui.csrf_field import FIELD
from shared.ui.posted_form import posted_form

Model = TypeVar("Model", bound=BaseModel)
_LISTS = (list, set, frozenset, tuple)


@dataclass(frozen=True)
class Form(Generic[Model]):
    """A form: values by field name, the first error of each field, and the model if it is valid.

    Names are dotted paths into the model (`contact.name`). The error with the name "" concerns the whole form.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    data: Model | None = None
    labels: dict[str, str] = field(default_factory=dict)

    def value(self, name: str) -> Any:
        """Return the field's value; "" where it has none."""
        value = self.values.get(name, "")
        return "" if value is None else value

    def chosen(self, name: str, option: object) -> bool:
        """Whether an option is chosen."""
        value = self.value(name)
        many = value if isinstance(value, _LISTS) else [value]
        return str(option).lower() in {str(one).lower() for one in many}

    def error(self, name: str) -> str | None:
        """Return the field's error, or None."""
        return self.errors.get(name)

    def errors_in_order(self) -> list[tuple[str, str]]:
        """Return names and messages in the order of the fields on the page; errors of the whole form first."""
        places = {name: place for place, name in enumerate(self.labels)}
        return sorted(self.errors.items(), key=lambda error: places.get(error[0], -1))

    def refused(self, errors: Mapping[str, str]) -> "Form[Model]":
        """Return the same form with further errors, by field name."""
        return replace(self, errors={**self.errors, **errors}, data=None)

    def refused_by(self, errors: Iterable[FieldError]) -> "Form[Model]":
        """Return the same form with errors that point into the command's body."""
        return self.refused(_by_name(errors, known=()))

    def name_label(self, name: str, label: str) -> str:
        """Store a field's label for the error summary (called by the macros); renders nothing."""
        self.labels[name] = label
        return ""

    def label(self, name: str) -> str:
        """Return the field's label for the summary, `Company: `, or ""."""
        label = self.labels.get(name, "")
        return label and f"{label}{'' if label.endswith('?') else ':'} "


def blank(**values: Any) -> Form[Any]:
    """Return an unsent form. Dots in names are written as two underscores: `contact__name="Eva"`."""
    return Form({name.replace("__", "."): value for name, value in values.items()})


async def read_form(request: Request, model: type[Model]) -> Form[Model]:
    """Read the posted form into the model.

    Empty fields count as not sent; text is trimmed; a field that is a list in the model takes all its values. Uploaded
    files reach the model as Starlette's `UploadFile`.

    Text that looks like a CPR number is refused, whatever the model says, unless its type is marked
    (`shared.fields.cpr.MayLookLikeCpr`); so is a file with such a name.
    """
    posted = await posted_form(request)
    names = [name for name in posted if name != FIELD]
    misnamed = {name: error for name in names for one in posted.getlist(name) if (error := misnamed_file(one))}
    return _form_of(model, {name: posted.getlist(name) for name in names}, misnamed)


def read_query(request: Request, model: type[Model]) -> Form[Model]:
    """Read the query of an address into the model, as `read_form` reads a posted form: for forms that change nothing.

    Fields that the model does not have are left out.
    """
    query = request.query_params
    known = {info.alias or name for name, info in model.model_fields.items()}
    return _form_of(model, {name: query.getlist(name) for name in query if name in known}, {})


def _form_of(
    model: type[Model], sent_by_name: Mapping[str, Iterable[UploadFile | str]], misnamed: Mapping[str, str]
) -> Form[Model]:
    lists = _list_fields(model)
    values: dict[str, Any] = {}
    for name, all_sent in sent_by_name.items():
        sent = [one for one in map(_tidy, all_sent) if one is not None]
        if sent:
            values[name] = sent if name in lists else sent[-1]
    try:
        data = model.model_validate(_nested(values, model))
    except ValidationError as error:
        found = field_errors({**one, "loc": ("body", *one["loc"])} for one in _details(error))
        return Form(_shown(values), {**_by_name(found, known=lists), **misnamed})
    form = Form(_shown(values), data=data)
    words = _("Looks like a CPR number (a date and four digits); please leave it out")
    errors = {**dict.fromkeys(fields_like_cpr(data), words), **misnamed}
    return form.refused(errors) if errors else form


def misnamed_file(upload: UploadFile | str) -> str | None:
    """Return the error of an uploaded file's name that looks like a CPR number; None for any other."""
    if isinstance(upload, UploadFile) and upload.filename and contains_cpr_shape(upload.filename):
        return _("The file's name looks like a CPR number. Give the file another name, and choose it again.")
    return None


def _details(error: ValidationError) -> list[dict[str, Any]]:
    return [dict(one) for one in error.errors(include_url=False, include_input=False)]


def _tidy(value: UploadFile | str) -> UploadFile | str | None:
    if isinstance(value, UploadFile):
        return value if value.filename else None
    return value.strip() or None


def _shown(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if not isinstance(value, UploadFile)}


def _nested(values: Mapping[str, Any], model: type[BaseModel]) -> dict[str, Any]:
    """Return dotted names as a tree. A required part without any value is an empty dict, so that its fields are
    missing."""
    tree = _required_parts(model)
    for name, value in values.items():
        *path, leaf = name.split(".")
        branch = tree
        for part in path:
            branch = branch.setdefault(part, {})
            if not isinstance(branch, dict):
                break
        if isinstance(branch, dict):
            branch[leaf] = value
    return tree


def _required_parts(model: type[BaseModel]) -> dict[str, Any]:
    return {
        info.alias or name: _required_parts(info.annotation)
        for name, info in model.model_fields.items()
        if info.is_required() and isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel)
    }


def _by_name(errors: Iterable[FieldError], known: Iterable[str]) -> dict[str, str]:
    """Return the first message of each field; an error within a list belongs to the list's field."""
    found: dict[str, str] = {}
    for error in errors:
        name = ".".join(part for part in error.pointer.split("/")[1:] if not part.isdigit())
        owner = next((one for one in known if name.startswith(one + ".")), name)
        found.setdefault(owner, error.message)
    return found


def _list_fields(model: type[BaseModel], prefix: str = "") -> set[str]:
    found: set[str] = set()
    for name, info in model.model_fields.items():
        path = prefix + (info.alias or name)
        for kind in _kinds(info.annotation):
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                found |= _list_fields(kind, path + ".")
            elif kind in _LISTS or get_origin(kind) in _LISTS:
                found.add(path)
    return found


def _kinds(annotation: Any) -> tuple[Any, ...]:
    """Return the alternatives of a union type."""
    if get_origin(annotation) in {Union, types.UnionType}:
        return get_args(annotation)
    return (annotation,)
