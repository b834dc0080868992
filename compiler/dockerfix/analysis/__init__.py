"""What a Dockerfile means: stages, commands, images, blocks, packages."""
