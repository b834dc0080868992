"""What ``replacements.yaml`` says; written by ``make tables``."""

TABLE = {'preamble': {'source': 'replicate/cog@v0.9.26:pkg/dockerfile/generator.go (preamble); the images of cog-base carry '
                        'it unseen',
              'instruction': 'ENV DEBIAN_FRONTEND=noninteractive \\\n'
                             '    PYTHONUNBUFFERED=1 \\\n'
                             '    '
                             'LD_LIBRARY_PATH=$LD_LIBRARY_PATH:/usr/lib/x86_64-linux-gnu:/usr/local/nvidia/lib64:/usr/local/nvidia/bin '
                             '\\\n'
                             '    NVIDIA_DRIVER_CAPABILITIES=all'},
 'folder': {'source': 'replicate/cog@v0.9.7:pkg/dockerfile/generator.go (WORKDIR); cog-base inherits it, so commands '
                      'on it run in /src',
            'instruction': 'WORKDIR {folder}'},
 'apt': {'source': 'replicate/cog@v0.22.0:pkg/dockerfile/standard_generator.go (aptInstalls; installTini leaves out '
                   'recommended packages)',
         'instruction': 'RUN --mount=type=cache,target=/var/cache/apt,sharing=locked apt-get update -qq && apt-get '
                        'install -qqy {packages} && rm -rf /var/lib/apt/lists/*',
         'tools': 'RUN --mount=type=cache,target=/var/cache/apt,sharing=locked apt-get update -qq && apt-get install '
                  '-qqy --no-install-recommends {packages} && rm -rf /var/lib/apt/lists/*'},
 'uv': {'source': 'astral-sh/uv:docs/guides/integration/docker.md (copying the binary)',
        'instruction': 'COPY --from={image} /uv /uvx /usr/local/bin/'},
 'python': {'source': 'astral-sh/uv:docs/concepts/python-versions.md (managed versions are complete and relocatable, '
                      'come with pip, and are marked as externally managed, which would make every `pip install` of '
                      'the user fail)',
            'folder': '/opt/python',
            'instruction': 'RUN UV_PYTHON_INSTALL_DIR={folder} uv python install {version} && \\\n'
                           '    python="$(readlink -f {folder}/cpython-{version}*/bin/python3 | head -n 1)" && \\\n'
                           '    prefix="${python%/bin/*}" && \\\n'
                           '    rm -f "$prefix"/lib/python*/EXTERNALLY-MANAGED && \\\n'
                           '    ln -sfn "$prefix" {folder}/current && \\\n'
                           '    for name in python python3 python{minor} pip pip3; do ln -sf "$prefix/bin/$name" '
                           '"/usr/local/bin/$name"; done && \\\n'
                           '    python -m pip --version',
            'path': 'ENV PATH="{folder}/current/bin:$PATH"'},
 'links': {'source': 'isolate 0.26.12:backends/container.py and connections/_local/_base.py: fal looks for '
                     'bin/pythonX.Y, then bin/python, in one prefix; nvidia/cuda has neither, and Cog makes python3 '
                     'alone',
           'pyenv': 'RUN for name in python python3 python{minor} pip pip3; do ln -sf "$(pyenv prefix)/bin/$name" '
                    '"/usr/local/bin/$name"; done',
           'uv': 'RUN prefix="$(dirname "$(dirname "$(readlink -f /usr/bin/python3)")")" && \\\n'
                 '    rm -f "$prefix"/lib/python*/EXTERNALLY-MANAGED && \\\n'
                 '    mkdir -p {folder} && ln -sfn "$prefix" {folder}/current && \\\n'
                 '    for name in python python3 python{minor} pip pip3; do ln -sf "$prefix/bin/$name" '
                 '"/usr/local/bin/$name"; done'},
 'fal': {'source': 'docs of fal, "use a custom container image" (install the fal package as the last step)',
         'instruction': 'RUN python -m pip install --no-cache-dir {requirement}'},
 'cog': {'source': 'docs of Cog, "deploy models with Cog" (`pip install cog` brings the server); its own pins decide '
                   'on pydantic',
         'instruction': 'RUN python -m pip install --no-cache-dir {requirement}'},
 'gate': {'source': 'fal-ai/fal:projects/fal/src/fal/project.py (exposed_port decides, EXPOSE is for readers; cmd '
                    'stands in for CMD)',
          'expose': 'EXPOSE {port}',
          'command': 'CMD {command}',
          'copy': 'COPY {file} {folder}/'},
 'source_path': {'source': 'fal 1.83.0 and isolate 0.26.12: the module of an app is imported before the working '
                           'directory is on sys.path, and PYTHONPATH may be overwritten; a .pth file is neither',
                 'instruction': 'RUN python -c "import pathlib, sysconfig; '
                                "pathlib.Path(sysconfig.get_path('purelib'), "
                                '\'src.pth\').write_text(\'{folder}\\n\')"'},
 'pip': {'source': 'replicate/cog@v0.14.7:pkg/dockerfile/standard_generator.go (pipInstalls)',
         'instruction': 'RUN --mount=type=cache,target=/root/.cache/pip pip install'},
 'debian': {'source': 'docker-library/official-images:library/python and its history: a tag without a codename is on '
                      'the newest Debian, except that images of a Python which had reached its end stay on the '
                      'Debian of that time',
            'newest': 'debian13',
            'codenames': {'trixie': 'debian13',
                          'bookworm': 'debian12',
                          'bullseye': 'debian11',
                          'buster': 'debian10',
                          'stretch': 'debian9'},
            'pythons': [['3.6', 'debian11'], ['3.8', 'debian12']]}}
