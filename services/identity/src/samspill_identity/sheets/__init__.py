"""Class lists as files: from bytes to rows of cells."""
