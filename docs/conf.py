"""How are the documents built? `sphinx-build -W -b html docs docs/_build/html`."""

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
