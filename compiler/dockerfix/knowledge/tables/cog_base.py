"""What ``cog_base.yaml`` says; written by ``make tables``."""

TABLE = {'source': 'replicate/cog@v0.9.7:pkg/dockerfile/base.go (baseImageSystemPackages) and its later versions, as ranges',
 'lists': [{'releases': ['v0.9.7', 'v0.9.20'],
            'eras': 'E11 E12',
            'apt': 'build-essential cmake curl ffmpeg g++ gcc git libavcodec-dev libcairo2-dev libfontconfig1 '
                   'libgirepository1.0-dev libgl1 libgl1-mesa-glx libglib2.0-0 libsm6 libsndfile1 libssl-dev '
                   'libunistring-dev libxext6 libxrender1 python3-opencv sox unzip wget zip',
            'with_torch': [],
            'torch_companions': False},
           {'releases': ['v0.9.21', 'v0.15.0'],
            'eras': 'E13 E14 E15',
            'apt': 'build-essential cmake curl ffmpeg findutils g++ gcc git libavcodec-dev libcairo2-dev '
                   'libfontconfig1 libgirepository1.0-dev libgl1 libgl1-mesa-glx libglib2.0-0 libopencv-dev libsm6 '
                   'libsndfile1 libssl-dev libunistring-dev libxext6 libxrender1 sox unzip wget zip zstd',
            'with_torch': ['opencv-python==4.10.0.84'],
            'torch_companions': True},
           {'releases': ['v0.16.2', 'v0.22.0'],
            'eras': 'E16 E17 E18 E19 E20 E21',
            'apt': 'build-essential cmake curl ffmpeg findutils g++ gcc git libavcodec-dev libcairo2-dev '
                   'libfontconfig1 libgirepository1.0-dev libgl1 libglx-mesa0 libglib2.0-0 libopencv-dev libsm6 '
                   'libsndfile1 libssl-dev libunistring-dev libxext6 libxrender1 sox unzip wget zip zstd',
            'with_torch': ['opencv-python==4.12.0.88'],
            'torch_companions': True},
           {'releases': ['v0.15.1', 'v0.16.1'],
            'eras': '',
            'apt': 'build-essential cmake curl ffmpeg findutils g++ gcc git libavcodec-dev libcairo2-dev '
                   'libfontconfig1 libgirepository1.0-dev libgl1 libglx-mesa0 libglib2.0-0 libopencv-dev libsm6 '
                   'libsndfile1 libssl-dev libunistring-dev libxext6 libxrender1 sox unzip wget zip zstd',
            'with_torch': ['opencv-python==4.10.0.84'],
            'torch_companions': True}],
 'tag': {'source': 'replicate/cog@v0.9.7:pkg/dockerfile/base.go (BaseImageName)',
         'minimum': {'cuda': '11.6', 'python': '3.8', 'torch': '1.13.1'}},
 'renamed': {'source': 'packages.debian.org, packages.ubuntu.com (libgl1-mesa-glx was a transitional package of '
                       'libgl1 and libglx-mesa0)',
             'packages': {'libgl1-mesa-glx': {'replacement': 'libgl1', 'gone_from': ['debian13', 'ubuntu24.04']}}}}
