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

# Make a template of VMs that run the image
sed -e "s|@IMAGE@|$IMAGE|" -e "s|@REGISTRY@|$REGION-docker.pkg.dev|" cloud-init.yaml > cloud-init.filled.yaml
gcloud compute instance-templates create "$NAME" \
  --project="$PROJECT" \
  --machine-type=n1-standard-4 \
  --accelerator=type=nvidia-tesla-t4,count=1 \
  --maintenance-policy=TERMINATE \
  --provisioning-model=SPOT \
  --instance-termination-action=DELETE \
  --boot-disk-size=20GB \
  --image-family=cos-stable \
  --image-project=cos-cloud \
  --scopes=cloud-platform \
  --metadata-from-file=user-data=cloud-init.filled.yaml

# Start a group of them that scales
gcloud compute instance-groups managed create "$NAME" \
  --project="$PROJECT" \
  --region="$REGION" \
  --template="$NAME" \
  --size=1
gcloud compute instance-groups managed set-autoscaling "$NAME" \
  --project="$PROJECT" \
  --region="$REGION" \
  --min-num-replicas=1 \
  --max-num-replicas=3 \
  --scale-based-on-cpu
