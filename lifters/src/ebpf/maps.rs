//! Map declarations: the legacy `maps` section and BTF-defined `.maps`.
