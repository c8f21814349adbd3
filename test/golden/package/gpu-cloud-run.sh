#!/usr/bin/env bash
# Made by plimsoll package. Builds, pushes and deploys; variables set outside go first: REGION=europe-west4 ./deploy.sh
set -euo pipefail
cd "$(dirname "$0")"

PROJECT="${PROJECT:-$(gcloud config get-value project)}"
REGION="${REGION:-us-central1}"
NAME="${NAME:-half}"
IMAGE="${IMAGE:-$REGION-docker.pkg.dev/$PROJECT/plimsoll/$NAME:1.2.3-d6378fd6e6d1}"

# Make a repository for the image, once
gcloud artifacts repositories describe plimsoll \
  --project="$PROJECT" \
  --location="$REGION" >/dev/null 2>&1 || \
  gcloud artifacts repositories create plimsoll --repository-format=docker \
  --project="$PROJECT" \
  --location="$REGION"

# Build the image and push it
gcloud auth configure-docker "$REGION-docker.pkg.dev" --quiet
docker build --platform=linux/amd64 --tag="$IMAGE" .
docker push "$IMAGE"

# Deploy the service
gcloud run deploy "$NAME" \
  --project="$PROJECT" \
  --region="$REGION" \
  --image="$IMAGE" \
  --port=8080 \
  --cpu=4 \
  --memory=16384Mi \
  --gpu=1 \
  --gpu-type=nvidia-l4 \
  --no-gpu-zonal-redundancy \
  --concurrency=8 \
  --min-instances=0 \
  --max-instances=100 \
  --no-cpu-throttling \
  --no-allow-unauthenticated
