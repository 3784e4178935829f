"""How are the documents built? `sphinx-build -W -b html docs docs/_build/html`."""

import sys
from pathlib import Path

sys.path.insert(
    0, str(Path(__file__).parents[1] / "src")
)  # the code beside these documents, installed or not

project = "kapsched"
author = "kapsched contributors"
project_copyright = "kapsched contributors"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
source_suffix = {".md": "markdown"}

myst_heading_anchors = 3
autodoc_member_order = "bysource"
autodoc_typehints = "description"

html_theme = "furo"
html_title = "kapsched"
