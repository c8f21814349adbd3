# Made by plimsoll package.
FROM node:24.21.0-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json .npmrc ./
# ONNX Runtime comes with libraries for every system; those of others stay behind.
RUN npm install --omit=dev --no-audit --no-fund \
  && cd node_modules/onnxruntime-node/bin/napi-v6 \
  && find . -mindepth 1 -maxdepth 1 ! -name linux -exec rm -r {} + \
  && node -e "fs.readdirSync('linux').filter((arch) => arch !== process.arch).forEach((arch) => fs.rmSync('linux/' + arch, { recursive: true }))"
# What runs on CUDA is too large for the npm package: its install script fetches it from NuGet.
RUN ONNXRUNTIME_NODE_INSTALL=cuda12 node node_modules/onnxruntime-node/script/install.js \
  && rm node_modules/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime_providers_tensorrt.so

FROM nvidia/cuda:12.8.1-cudnn-runtime-ubuntu24.04
COPY --from=dependencies /usr/local/bin/node /usr/local/bin/node
RUN useradd --system --create-home node
ENV NODE_ENV=production
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json ./
COPY server ./server
COPY model ./model
# Listens on AIP_HTTP_PORT or PORT where one is set, else on 8080.
ENV PORT=8080
EXPOSE 8080
# -e PLIMSOLL_DEVICE=cpu tries it without a GPU.
ENV PLIMSOLL_DEVICE=cuda
USER node
ENTRYPOINT ["node","server/serving/serve-container.js","model/half.onnx","--log","json"]
