"""The desktop window and what feeds it: camera, vision, board, gallery, decision."""
