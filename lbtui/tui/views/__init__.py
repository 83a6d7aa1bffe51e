"""The console's views: one module a view, its rows and words in modules beside it."""
