"""Starts the threads, joins the engines and speaks Qt signals: Pipeline."""
