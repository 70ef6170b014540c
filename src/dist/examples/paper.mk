# The tables and figures of the SADI-Net paper, from photos to what can be laid beside them:
#
#   make -f paper.mk table3        one of table1 ... table5, fig1, fig6, fig7, or all
#
# Prepared once, before:
#   sadi prepare mpii --annotations mpii_human_pose_v1_u12_1.mat --images mpii/images --split official \
#     --test-annotations annolist_dataset_v12.mat --out data/mpii
#   sadi prepare lsp --annotations lsp/joints.mat --images lsp/images --out data/lsp
#
# At the paper's size (configs/paper-*.yaml) a network takes days of one GPU, a table several of them.
# For a first look: make -f paper.mk all MPII_CONFIG=configs/small.yaml LSP_CONFIG=configs/small.yaml.
# What was stopped goes on: every target may be made again.

SADI = sadi
MPII = data/mpii
LSP  = data/lsp
OUT  = paper

MPII_CONFIG = configs/paper-mpii.yaml
LSP_CONFIG  = configs/paper-lsp.yaml
MORE        =                               # more of sadi train and ablate, such as --set train.batch=8

# The paper's test: six scales, each also in a mirror.
TEST  = --flip --scales 0.8..1.3
SPLIT = test
MPII_METRIC = pckh@0.5,pckh-auc
LSP_METRIC  = pck@0.2
SEEDS =                                     # such as --seeds 1; without, those of the study
PEOPLE = 8                                  # in the figures

all: table1 table2 table3 table4 table5 fig1 fig6 fig7
.PHONY: all table1 table2 table3 table4 table5 fig1 fig6 fig7
.DELETE_ON_ERROR:

# --- Tables I and II: the whole network, on people that nothing was chosen on ---------------------

table1: $(OUT)/table1.md
table2: $(OUT)/table2.md

$(OUT)/table1.md: $(OUT)/mpii.done
	$(SADI) eval --model $(OUT)/mpii/checkpoints/last.safetensors --data $(MPII) --split $(SPLIT) \
	  --metric $(MPII_METRIC) $(TEST) --intervals --format markdown --out $@ --overwrite

$(OUT)/table2.md: $(OUT)/lsp.done
	$(SADI) eval --model $(OUT)/lsp/checkpoints/last.safetensors --data $(LSP) --split $(SPLIT) \
	  --metric $(LSP_METRIC) $(TEST) --intervals --format markdown --out $@ --overwrite

$(OUT)/mpii.done:
	$(SADI) train --config $(MPII_CONFIG) $(MORE) --data $(MPII) --out $(OUT)/mpii --resume
	touch $@

$(OUT)/lsp.done:
	$(SADI) train --config $(LSP_CONFIG) $(MORE) --data $(LSP) --out $(OUT)/lsp --resume
	touch $@

# --- Tables III, IV and V: what the parts and the losses are worth --------------------------------

table3 table4: $(OUT)/modules.done
	@echo "$(OUT)/modules/report.html"

table5: $(OUT)/loss.done
	@echo "$(OUT)/loss/report.html"

$(OUT)/modules.done:
	$(SADI) ablate --study modules --config $(MPII_CONFIG) $(MORE) --data $(MPII) $(SEEDS) $(TEST) \
	  --out $(OUT)/modules --resume
	touch $@

$(OUT)/loss.done:
	$(SADI) ablate --study loss --config $(MPII_CONFIG) $(MORE) --data $(MPII) $(SEEDS) $(TEST) \
	  --out $(OUT)/loss --resume
	touch $@

# --- Figures 1, 6 and 7: heatmaps of a Gaussian's network and of the learned distribution's; people

RUNS  = $(OUT)/modules/runs
FULL  = $(RUNS)/full/seed-1/checkpoints/last.safetensors
PLAIN = $(RUNS)/baseline/seed-1/checkpoints/last.safetensors
BOXES = $(MPII)/annotations/val.json

# The first people of the validation split, by the photos' paths.
$(OUT)/photos.txt: $(BOXES)
	mkdir -p $(OUT)
	root=$$(sed -n 's/^image_root: *//p' $(MPII)/dataset.yaml); \
	case $$root in /*) ;; *) root=$(MPII)/$$root ;; esac; \
	tr '{' '\n' < $< | sed -n 's/.*"file_name": *"\([^"]*\)".*/\1/p' | head -n $(PEOPLE) \
	  | sed "s|^|$$root/|" > $@

FIGURE = @$(OUT)/photos.txt --boxes $(BOXES) --quiet --overwrite

fig1: $(OUT)/modules.done $(OUT)/photos.txt
	$(SADI) predict $(FIGURE) --model $(FULL) --against $(PLAIN) --heatmaps $(OUT)/fig1 \
	  --attention $(OUT)/fig1-attention --out $(OUT)/fig1.csv

fig6: $(OUT)/modules.done $(OUT)/photos.txt
	$(SADI) predict $(FIGURE) --model $(FULL) $(TEST) --overlays $(OUT)/fig6 --out $(OUT)/fig6.csv

fig7: $(OUT)/modules.done $(OUT)/photos.txt
	$(SADI) predict $(FIGURE) --model $(RUNS)/rfm-only/seed-1/checkpoints/last.safetensors \
	  --against $(PLAIN) --heatmaps $(OUT)/fig7-rfm --out $(OUT)/fig7-rfm.csv
	$(SADI) predict $(FIGURE) --model $(FULL) --against $(PLAIN) --heatmaps $(OUT)/fig7 \
	  --out $(OUT)/fig7.csv
