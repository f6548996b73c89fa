"""An import-linter contract derived from the composition, so that it applies to a new module from the start."""

from __future__ import annotations

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, output

from phoenix.composition import OWN


class OnlyWhatIsNeeded(Contract):
    """A module imports only the modules named in its `needs`, and no module imports one that only receives.

    The registry refuses needs that do not come earlier in the composition, so there can be no circle.
    """

    type_name = "only_what_is_needed"

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: FBT001 (import-linter calls it so)
        del verbose
        receivers = {module.name for module in OWN if module.receives}
        wrong = [
            f"{importer} imports {imported}"
            for module in OWN
            for other in OWN
            if other is not module and (other.name not in module.needs or other.name in receivers)
            for importer in _parts(graph, module.name)
            for imported in sorted(graph.find_modules_directly_imported_by(importer) & _parts(graph, other.name))
        ]
        return ContractCheck(kept=not wrong, metadata={"wrong": sorted(wrong)})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for line in check.metadata["wrong"]:
            output.print_error(line)


def _parts(graph: ImportGraph, name: str) -> set[str]:
    package = f"phoenix.modules.{name}"
    return {package, *graph.find_descendants(package)}
