"""What ``cog_server.yaml`` says; written by ``make tables``."""

TABLE = {'releases': {'source': 'PyPI cog (Requires-Python of 0.11.6, 0.16.12 and 0.23.1; 0.16.12 is what pip takes on '
                        'Python 3.8 and 3.9)',
              'versions': [['3.7', '0.11.6'], ['3.8', '0.16.12'], ['3.10', '0.23.1']]},
 'behaviour': {'source': 'replicate/cog:docs/http.md, replicate/cog:crates/coglet/src/transport/http/routes.rs; '
                         'tried with cog 0.23.1',
               'health_path': '/health-check',
               'inner_port': 5000},
 'gate': {'source': "written by dockerfix; `COPY . /src` of every Dockerfile of Cog's brings it along",
          'file': 'fal_gate.py',
          'folder': '/src',
          'program': 'python'}}
