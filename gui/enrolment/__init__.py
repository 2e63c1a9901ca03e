"""How a person gets into the gallery, guided by the camera or from photos: Enroller, PhotoRun."""
