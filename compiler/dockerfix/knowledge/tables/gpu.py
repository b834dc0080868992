"""What ``gpu.yaml`` says; written by ``make tables``."""

TABLE = {'images': {'source': 'Docker Hub, nvidia/cuda (ENV CUDA_VERSION and NV_CUDA_* in every flavour), pytorch/pytorch '
                      '(CUDA from the wheels: runtime images set no CUDA_VERSION), falai/base (documentation of fal: '
                      'PYTHON-CUDA in the tag), docker-library/official-images',
            'tags': [['nvidia/cuda', '^(?P<cuda>\\d+\\.\\d+(?:\\.\\d+)?)(?:-cudnn(?P<cudnn>\\d*))?', True, True],
                     ['cog-base', '(?:^|-)cuda(?P<cuda>\\d+\\.\\d+(?:\\.\\d+)?)', True, False],
                     ['pytorch/pytorch', '-cuda(?P<cuda>\\d+\\.\\d+)-cudnn(?P<cudnn>\\d+)', False, True],
                     ['falai/base', '^\\d+\\.\\d+-(?P<cuda>\\d+\\.\\d+(?:\\.\\d+)?)', False, True]],
            'plain': 'python ubuntu debian alpine almalinux amazonlinux fedora rockylinux buildpack-deps node '
                     'busybox scratch continuumio/miniconda3 continuumio/anaconda3 condaforge/miniforge3 '
                     'mambaorg/micromamba'},
 'packages': {'source': 'PyPI, Requires-Dist of the Linux wheels (nvidia-*-cu12, or torch); '
                        'tensorflow/tensorflow:setup.py (extra and-cuda, from 2.14); '
                        'onnxruntime.ai/docs/execution-providers/CUDA-ExecutionProvider.html; '
                        'docs.cupy.dev/en/stable/install.html',
              'bring': 'torch torchvision torchaudio torchtext accelerate bitsandbytes deepspeed fastai lightning '
                       'open-clip-torch openai-whisper peft pytorch-lightning sentence-transformers timm torchsde '
                       'ultralytics vllm whisperx xformers',
              'extras': {'tensorflow': 'and-cuda', 'jax': 'cuda'},
              'look_for': 'tensorflow tensorflow-gpu onnxruntime-gpu cupy-cuda11x cupy-cuda12x ctranslate2 '
                          'faster-whisper paddlepaddle-gpu',
              'compile': 'apex causal-conv1d detectron2 flash-attn mamba-ssm pytorch3d tiny-cuda-nn torch-scatter '
                         'torch-sparse',
              'tensorflow': ['tensorflow', 'tensorflow-gpu']},
 'architectures': {'source': 'NVIDIA, CUDA release notes and the compatibility guides of Ampere, Ada, Hopper and '
                             'Blackwell; release notes of PyTorch',
                   'rows': [['8.0', '11.0', '1.7'],
                            ['8.6', '11.1', '1.8'],
                            ['8.9', '11.8', '1.8'],
                            ['9.0', '11.8', '2.0'],
                            ['10.0', '12.8', '2.7'],
                            ['12.0', '12.8', '2.7']],
                   'variable': 'TORCH_CUDA_ARCH_LIST',
                   'usual': ['GPU-H100']},
 'version': {'source': 'nvidia/container-images/cuda:dist (ENV CUDA_VERSION); files of the toolkit (version.txt to '
                       '10.2, version.json from 11.1)',
             'variable': 'CUDA_VERSION',
             'files': ['/usr/local/cuda/version.json', '/usr/local/cuda/version.txt']}}
