"""The steps of the schema, one file each. A step that has run somewhere is never rewritten."""
