"""What ``transitive.yaml`` says; written by ``make tables``."""

TABLE = {'source': 'PyPI metadata (Requires-Dist) of cog 0.8.6, 0.9.26, 0.10.0a18, 0.14.12, 0.16.12, 0.17.0, 0.23.1; over '
           '212 projects, 22 imports rely on it (requests 9, pydantic 7, yaml 4, httpx 2)',
 'modules': {'attr': 'attrs',
             'attrs': 'attrs',
             'dotenv': 'python-dotenv',
             'fastapi': 'fastapi',
             'httpx': 'httpx',
             'pydantic': 'pydantic',
             'requests': 'requests',
             'starlette': 'starlette',
             'structlog': 'structlog',
             'typing_extensions': 'typing-extensions',
             'urllib3': 'urllib3',
             'uvicorn': 'uvicorn',
             'websockets': 'websockets',
             'yaml': 'pyyaml'}}
