"""The authorisation policy: which resources an operation concerns, and which of them each role reaches.

Every route declares who may call it (`shared.http.auth.require` or `public`) and which resources it shows or changes
(`concerns(PLEDGE, CONTACT)`); each service describes its resources once, in its `access` modules. The declarations do
not act on requests: `docs/authorisation.md` is generated from them, and tests check every response against them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar, get_args, get_origin
from uuid import UUID

from fastapi.routing import iter_route_contexts
from pydantic import BaseModel

from shared.http.auth import ACCESS_ATTRIBUTE, STEP_UP_ATTRIBUTE
from shared.http.rate_limits import RateClass, rate_class_of
from shared.product.roles import Role, Scope

if TYPE_CHECKING:
    from starlette.routing import BaseRoute

Ownership = Literal[
    "own", "other company", "other municipality", "other programme", "draft", "other taskforce", "missing"
]
"""Who owns a resource, relative to the caller. `draft`: an unpublished event of the caller's own taskforce."""
Caller = Role | Scope | Literal["nobody"]
CALLERS: Final[tuple[Caller, ...]] = (*get_args(Role), *get_args(Scope), "nobody")

NOTHING: Final[frozenset[Ownership]] = frozenset()
OWN: Final[frozenset[Ownership]] = frozenset({"own"})
OF_THE_TASKFORCE: Final[frozenset[Ownership]] = frozenset({"own", "other company", "other municipality"})
ALL_TASKFORCES: Final[frozenset[Ownership]] = OF_THE_TASKFORCE | {"other taskforce"}

_Endpoint = TypeVar("_Endpoint", bound=Callable[..., Any])
_RESOURCES_ATTRIBUTE: Final = "tilsagn_resources"


@dataclass(frozen=True, slots=True)
class Resource:
    """A kind of resource that operations show or change, and which instances each role may reach.

    For an instance that a caller may not reach, the response is the same as for one that does not exist.

    Attributes:
        name: shown in `docs/authorisation.md`.
        own: which instances are the caller's own; empty: all of the caller's taskforce.
        of: the resource that it is a part of, if any.
        reach: what a role reaches, unless `by_role` says otherwise.
        by_role: what certain roles reach; `nobody` is a caller without a token.
    """

    name: str
    own: str = ""
    of: Resource | None = None
    reach: frozenset[Ownership] = OF_THE_TASKFORCE
    by_role: Mapping[Caller, frozenset[Ownership]] = field(default_factory=dict, hash=False)

    def reached_by(self, caller: Caller) -> frozenset[Ownership]:
        """Return what `caller` reaches through an operation that they may call."""
        return self.by_role.get(caller, self.reach)


def concerns(*resources: Resource) -> Callable[[_Endpoint], _Endpoint]:
    """Declare which resources an operation shows or changes. Put it below the router's decorator."""

    def declare(endpoint: _Endpoint) -> _Endpoint:
        setattr(endpoint, _RESOURCES_ATTRIBUTE, resources)
        return endpoint

    return declare


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path, and its policy.

    Attributes:
        callers: who may call it.
        resources: the declared resources; None if the route declares none.
        needs_step_up: whether the caller must have signed in within `STEP_UP_SECONDS`.
        ids: the parameters that identify a resource, in the path, the query and the JSON body.
        access: the dependency that checks who may call it.
        endpoint: the route's function.
    """

    method: str
    path: str
    callers: frozenset[Caller]
    resources: tuple[Resource, ...] | None
    ids: tuple[str, ...]
    access: Callable[..., Any]
    endpoint: Callable[..., Any]
    needs_step_up: bool = False

    @property
    def name(self) -> str:
        """`GET /pledges/{pledge_id}`."""
        return f"{self.method} {self.path}"

    @property
    def limit(self) -> RateClass:
        """Its rate class."""
        return rate_class_of(self.endpoint, self.method, self.path)

    @property
    def kind(self) -> Literal["JSON", "page", "stream", "internal"]:
        """What it answers with, by its path."""
        if self.path.endswith("/stream"):
            return "stream"
        return "internal" if self.path.startswith("/internal/") else "JSON" if self.path.startswith("/api/") else "page"


def operations(routes: Sequence[BaseRoute]) -> list[Operation]:
    """Return every operation of an application, in the order of its routes.

    Raises:
        ValueError: a route has not exactly one of `require(...)`, `any_person` and `public`, or there are no routes.
    """
    found: list[Operation] = []
    for route in iter_route_contexts(routes):
        dependant = getattr(route, "dependant", None)
        # Mounted apps (assets) and the OpenAPI document are public by design.
        if dependant is None:
            continue
        checks = [one.call for one in _with_sub_dependants(dependant) if hasattr(one.call, ACCESS_ATTRIBUTE)]
        if len(checks) != 1:
            raise ValueError(f"{route.path} has {len(checks)} access dependencies instead of one")
        roles: frozenset[Any] = getattr(checks[0], ACCESS_ATTRIBUTE)
        callers = frozenset(CALLERS) if "public" in roles else roles
        resources = getattr(dependant.call, _RESOURCES_ATTRIBUTE, None)
        ids = tuple(dict.fromkeys(name for one in _with_sub_dependants(dependant) for name in _ids(one)))
        found += [
            Operation(
                method,
                route.path or "",
                callers,
                resources,
                ids,
                checks[0],
                dependant.call,
                needs_step_up=getattr(checks[0], STEP_UP_ATTRIBUTE, False),
            )
            for method in sorted(route.methods or ())
        ]
    if not found:
        raise ValueError("the application has no routes")
    return found


def _with_sub_dependants(dependant: Any) -> Iterator[Any]:
    yield dependant
    for inner in dependant.dependencies:
        yield from _with_sub_dependants(inner)


def _ids(dependant: Any) -> Iterator[str]:
    """Yield the parameters that may identify a resource: path parameters other than choices, and all UUIDs."""
    for parameter in dependant.path_params:
        if get_origin(parameter.field_info.annotation) is not Literal:
            yield parameter.alias
    for parameter in (*dependant.query_params, *dependant.body_params):
        if _holds_uuid(parameter.field_info.annotation):
            yield parameter.alias


def _holds_uuid(annotation: Any) -> bool:
    if annotation is UUID:
        return True
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return any(_holds_uuid(one.annotation) for one in annotation.model_fields.values())
    return any(_holds_uuid(inner) for inner in get_args(annotation))
