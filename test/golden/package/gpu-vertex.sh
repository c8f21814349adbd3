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

# Register the model and its container
MODEL=$(gcloud ai models upload \
  --project="$PROJECT" \
  --region="$REGION" \
  --display-name="$NAME" \
  --container-image-uri="$IMAGE" \
  --container-ports=8080 \
  --container-health-route=/health \
  --container-predict-route=/predict \
  --format='value(model)')

# Make an endpoint and deploy the model to it
ENDPOINT=$(gcloud ai endpoints create \
  --project="$PROJECT" \
  --region="$REGION" \
  --display-name="$NAME" \
  --format='value(name)')
gcloud ai endpoints deploy-model "$ENDPOINT" \
  --project="$PROJECT" \
  --region="$REGION" \
  --model="$MODEL" \
  --display-name="$NAME" \
  --machine-type=n1-standard-2 \
  --accelerator=type=nvidia-tesla-t4,count=1 \
  --min-replica-count=1 \
  --max-replica-count=1 \
  --traffic-split=0=100
