"""All that a person can do with a project: what each route does, without HTTP."""
