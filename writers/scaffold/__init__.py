"""`notewright new`: a complete plugin project from templates.

names       how a project, its module and its class are called, and what is taken
project     the project's files, rendered: a pure function
placing     writing them into a folder, where nothing is lost
"""

from writers.scaffold.names import ProjectName, check_untaken, project_name
from writers.scaffold.placing import Replaced, place
from writers.scaffold.project import Kind, render, writer_file

__all__ = [
    "Kind",
    "ProjectName",
    "Replaced",
    "check_untaken",
    "place",
    "project_name",
    "render",
    "writer_file",
]
