"""The sample pages, rendered, for requirements that are about what people see."""

from tests.web.conftest import rendered, templates

__all__ = ["rendered", "templates"]
