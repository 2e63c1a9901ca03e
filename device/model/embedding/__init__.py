"""From fingerprints to embeddings: the projection, how it is chosen, how embeddings are compared."""
