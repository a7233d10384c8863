;;; bench-mode.el --- Machine-learning evaluation plans  -*- lexical-binding: t; -*-

;; Author: The authors of benchwright
;; Version: 0.1.0
;; Package-Requires: ((emacs "27.1"))
;; Keywords: languages, tools
;; SPDX-License-Identifier: MIT OR Apache-2.0

;;; Commentary:

;; Colours, indentation, outline and completion of words for `.bench' plans, and `benchwright lsp' as the language
;; server of eglot:
;;
;;   (require 'bench-mode)
;;   (add-hook 'bench-mode-hook #'eglot-ensure)
;;
;; What a word is follows from where it stands, as in the grammar; names are not told apart, since only the language
;; server knows what they stand for.

;;; Code:

(require 'rx)
(require 'seq)

(defgroup bench nil
  "Machine-learning evaluation plans."
  :group 'languages)

(defcustom bench-command "benchwright"
  "The benchwright command."
  :type 'string)

(defcustom bench-indent-offset 2
  "Blanks for each open bracket; `benchwright fmt' writes two."
  :type 'integer
  :safe #'integerp)

;; words:begin (made by `UPDATE=1 cargo test editors`)
(defconst bench--items
  '(
    "ablation" "baseline" "candidate" "compare" "component" "dataset" "decide" "factorial"
    "hardware" "metric" "plan" "protocol" "select" "step" "stop" "system"
    )
  "Words of Bench, made from its grammar and its items.")
(defconst bench--heads
  '(
    "against" "for" "from" "of" "with"
    )
  "Words of Bench, made from its grammar and its items.")
(defconst bench--imports
  '(
    "as" "use"
    )
  "Words of Bench, made from its grammar and its items.")
(defconst bench--rules
  '(
    "otherwise" "when"
    )
  "Words of Bench, made from its grammar and its items.")
(defconst bench--operators
  '(
    "and" "every" "in" "not" "or"
    )
  "Words of Bench, made from its grammar and its items.")
(defconst bench--folds
  '(
    "max" "mean" "min" "sum"
    )
  "Words of Bench, made from its grammar and its items.")
(defconst bench--folded
  '(
    "by" "class" "over"
    )
  "Words of Bench, made from its grammar and its items.")
(defconst bench--fields
  '(
    "absent" "accelerator" "agreement" "alpha" "at_most" "better" "budget" "calibrate" "cluster"
    "clusters" "columns" "components" "cores" "correct" "cutoff" "default" "derived_from"
    "deterministic" "disjoint_from" "distilled_from" "early_stop" "ensemble" "env" "excludes"
    "failed" "favours" "features" "fit" "flag" "folds" "fraction" "generators" "group" "guardrails"
    "handicap" "hardware" "hypothesis" "id" "interactions" "interval" "items" "judge" "kind" "label"
    "labels" "latency" "levels" "license" "limits" "look" "margin" "maximize" "memory" "metric"
    "metrics" "minimize" "model" "needs" "objective" "off" "on" "over" "overlaps" "owner" "paired"
    "params" "per_item" "pilot" "positive" "power" "predict" "prediction" "predictions" "prefer"
    "pretrained_on" "price" "primary" "protocol" "published" "range" "rank" "released" "remove"
    "report_on" "reported" "require" "requires" "retune" "risks" "rows" "run" "score" "seeds"
    "select" "serve" "set" "sha256" "slices" "source" "split" "steps" "strata" "test" "text"
    "threshold" "time" "tokens" "tolerance" "train" "transductive" "tune" "unit" "uses" "using"
    "value" "version" "weight"
    )
  "Words of Bench, made from its grammar and its items.")
(defconst bench--builtins
  '(
    "abs" "all" "average_precision" "average_precision_at" "before" "bh" "bleu" "bonferroni"
    "bootstrap" "by" "calibration_error" "character_edits" "characters" "chrf" "cohen_kappa"
    "column" "count" "deduper" "delong" "delta" "distinct_items" "every" "exact" "exact_match" "exp"
    "fleiss_kappa" "gain" "greatest" "grouped" "hash" "higher" "hit" "hochberg" "holm" "imputer"
    "interaction" "judge" "kendall_tau_b" "kendall_tau_c" "kfold" "krippendorff_alpha" "label"
    "last_value" "latency" "least" "list_diversity" "log" "lower" "majority" "max" "mean" "median"
    "min" "ndcg" "ndcg_of_scores" "newcombe" "none" "normal" "order_statistic" "p_value" "pass_at_k"
    "pearson" "point" "popularity" "positive" "possibly" "pr_auc" "precision_at" "prediction"
    "prompt" "quantile" "r2" "randolph_kappa" "recall_at" "reciprocal_rank" "relative" "retrieval"
    "roc_auc" "rolling" "rouge_l" "rouge_lsum" "rouge_n" "same_set" "sampler" "scaler" "score"
    "score_rank" "selector" "self_information" "sentence_bleu" "sentence_chrf" "set_difference"
    "set_overlap" "sets_overlap" "share" "spearman" "sqrt" "stratified" "sum" "t" "teacher"
    "ter_edits" "ter_words" "token_f1" "tokenizer" "top_class_is" "top_score" "upper" "vectorizer"
    "width" "wilson" "win_rate" "word_edits" "word_hits" "words"
    )
  "Words of Bench, made from its grammar and its items.")
(defconst bench--units
  '(
    "AUD" "B" "CAD" "CHF" "CNY" "EUR" "GBP" "GiB" "INR" "J" "JPY" "KiB" "MiB" "SEK" "USD" "d" "h"
    "kWh" "min" "ms" "pp" "s" "tokens" "us"
    )
  "Words of Bench, made from its grammar and its items.")
;; words:end

(defface bench-property '((t :inherit font-lock-variable-name-face)) "Names of fields.")
(defface bench-parameter '((t :inherit font-lock-variable-name-face)) "Names of arguments.")
(defface bench-number '((t :inherit font-lock-constant-face)) "Numbers and their units.")
(defface bench-operator '((t :inherit default)) "Signs between values.")
(defface bench-hole '((t :inherit font-lock-preprocessor-face)) "Holes of templates.")
(defface bench-outcome '((t :inherit font-lock-constant-face)) "Outcomes of rules.")
(defface bench-module '((t :inherit font-lock-type-face)) "Modules.")
(defface bench-name '((t :inherit default)) "Names of things of the plan.")

(defconst bench--name "\\_<[[:alpha:]_]\\(?:\\sw\\|\\s_\\)*\\_>")

(defvar bench-mode-syntax-table
  (let ((table (make-syntax-table)))
    (modify-syntax-entry ?# "<" table)
    (modify-syntax-entry ?\n ">" table)
    (modify-syntax-entry ?_ "_" table)
    (modify-syntax-entry ?\" "\"" table)
    (modify-syntax-entry ?\\ "\\" table)
    (modify-syntax-entry ?' "." table)
    (dolist (sign '(?+ ?- ?* ?/ ?< ?> ?= ?% ?. ?, ?@ ?& ?|)) (modify-syntax-entry sign "." table))
    table)
  "Comments, strings and brackets of plans.")

(defun bench--bracket ()
  "The bracket that encloses point: a character, or nil."
  (let ((open (nth 1 (syntax-ppss))))
    (and open (char-after open))))

(defun bench--match (regexp limit allowed)
  "Find REGEXP before LIMIT where ALLOWED holds of the bracket around it."
  (let (found)
    (while (and (not found) (re-search-forward regexp limit t))
      (let ((data (match-data)))
        (if (save-excursion
              (goto-char (match-beginning 0))
              (and (not (nth 8 (syntax-ppss))) (funcall allowed (bench--bracket))))
            (progn (set-match-data data) (setq found t))
          (set-match-data data)
          (goto-char (max (1+ (match-beginning 0)) (match-end 1))))))
    found))

(defun bench--in (regexp brackets)
  "A matcher of REGEXP inside one of BRACKETS."
  (lambda (limit) (bench--match regexp limit (lambda (bracket) (memq bracket brackets)))))

(defconst bench--number
  (concat "\\_<\\(?:[0-9]\\(?:_*[0-9]\\)*\\(?:\\.[0-9]\\(?:_*[0-9]\\)*\\)?\\(?:[eE][+-]?[0-9]+\\)?\\)"
          "\\(?:[ \t]*%\\|/\\(?:s\\|min\\|h\\)\\_>\\|[ \t]*" (regexp-opt bench--units) "\\(?:/" (regexp-opt bench--units) "\\)?\\_>\\)?"))

(defconst bench-font-lock-keywords
  (let ((any (lambda (words) (concat "\\_<" (regexp-opt words t) "\\_>"))))
    `(("^[ \t]*\\(@allow\\)[ \t]*([ \t\n]*\\([[:alnum:]_-]+\\)" (1 font-lock-preprocessor-face) (2 'bench-outcome))
      ("^[ \t]*\\(use\\)[ \t]+\\([[:alpha:]_][[:alnum:]_.]*\\)" (1 font-lock-keyword-face) (2 'bench-module))
      ("^[ \t]*\\(use\\)[ \t]+\"[^\"\n]*\"[ \t]+\\(as\\)[ \t]+\\([[:alpha:]_][[:alnum:]_]*\\)"
       (1 font-lock-keyword-face) (2 font-lock-keyword-face) (3 'bench-module))
      ;; Items, and the words of their heads.
      (,(concat "^[ \t]*\\(" (regexp-opt '("metric" "protocol")) "\\)[ \t]+\\(" bench--name "\\)\\(?:[ \t]*(\\([^)]*\\))\\)?")
       (1 font-lock-keyword-face) (2 font-lock-function-name-face) (3 'bench-parameter nil t))
      ("^[ \t]*\\(?:\\(ablation\\|factorial\\)[ \t]+\\(of\\)\\|\\(decide\\|stop\\)[ \t]+\\(for\\)\\)\\_>[ \t]+[[:alpha:]_]"
       (1 font-lock-keyword-face nil t) (2 font-lock-keyword-face nil t)
       (3 font-lock-keyword-face nil t) (4 font-lock-keyword-face nil t))
      (,(concat "^[ \t]*" (regexp-opt bench--items t) "\\_>[ \t]+\\(" bench--name "\\)")
       (1 (unless (bench--bracket) font-lock-keyword-face))
       (2 (unless (or (bench--bracket) (equal (match-string 1) "compare")) font-lock-type-face)))
      (,(lambda (limit) (bench--match (concat (funcall any bench--heads) "\\(?:[ \t]+[[:alpha:]_]\\|[ \t]*\\[\\)") limit #'not))
       (1 font-lock-keyword-face))
      ;; Fields and rules.
      (,(bench--in (concat "\\(" bench--name "\\)[ \t]*:") '(?{)) (1 'bench-property))
      (,(bench--in (concat "\\(" bench--name "\\)[ \t\n]*:") '(?\[ ?\()) (1 'bench-parameter))
      (,(bench--in (concat "\\(" bench--name "\\)[ \t]+" (funcall any bench--rules)) '(?{))
       (1 'bench-outcome) (2 font-lock-keyword-face))
      ;; Expressions.
      (,(concat (funcall any bench--folds) "[ \t\n]+\\(over\\)[ \t\n]+\\(class\\)\\_>[ \t\n]+" bench--name "[ \t\n]+\\(of\\)\\_>")
       (1 font-lock-builtin-face) (2 font-lock-keyword-face) (3 font-lock-keyword-face) (4 font-lock-keyword-face))
      (,(concat (funcall any bench--folds) "[ \t\n]+\\(by\\)[ \t\n]+[[:alpha:]_]")
       (1 font-lock-builtin-face) (2 font-lock-keyword-face))
      ("[[:alnum:]_)][ \t\n]+\\(of\\)\\_>[ \t\n]*(" (1 font-lock-keyword-face))
      (,(concat (funcall any (append bench--folds bench--builtins)) "[ \t\n]*(") (1 font-lock-builtin-face))
      (,(lambda (limit)
           (bench--match (funcall any bench--operators) limit
                         (lambda (bracket) (and bracket (not (looking-at "[a-z]+[ \t]*:"))))))
       (1 font-lock-keyword-face))
      (,(bench--in (concat "\\(" bench--name "\\)[ \t\n]*(") '(?{ ?\( ?\[)) (1 font-lock-function-name-face))
      (,(bench--in (concat "\\(" bench--number "\\)") '(?{ ?\( ?\[)) (1 'bench-number))
      ("[=!<>]=\\|[<>]\\|\\.\\.\\|[-+*/]" (0 'bench-operator))))
  "Colours of plans.")

(defun bench--holes (limit)
  "Find a hole of a template before LIMIT."
  (let (found)
    (while (and (not found) (re-search-forward "{\\([[:alpha:]_][[:alnum:]_]*\\)\\(?::[^\"{}|\n]*|[^\"{}|\n]*\\)?}" limit t))
      (when (and (nth 3 (save-match-data (save-excursion (syntax-ppss (match-beginning 0)))))
                 (not (eq (char-before (match-beginning 0)) ?{)))
        (setq found t)))
    found))

(defun bench--documents (limit)
  "Find a `##' comment before LIMIT."
  (let (found)
    (while (and (not found) (re-search-forward "##.*$" limit t))
      (when (eq (nth 8 (save-match-data (save-excursion (syntax-ppss (match-end 0))))) (match-beginning 0))
        (setq found t)))
    found))

(defun bench--quoted-names (limit)
  "Find a field whose name is a string before LIMIT."
  (let (found)
    (while (and (not found) (re-search-forward "\\(\"[^\"\n]*\"\\)[ \t]*:" limit t))
      (unless (save-match-data (save-excursion (nth 8 (syntax-ppss (match-beginning 0)))))
        (setq found t)))
    found))

(defconst bench--all-keywords
  (append bench-font-lock-keywords
          '((bench--holes (0 'bench-hole t))
            (bench--documents (0 font-lock-doc-face t))
            (bench--quoted-names
             (1 (if (eq (save-excursion (goto-char (match-beginning 1)) (bench--bracket)) ?{) 'bench-property 'bench-parameter) t)))))

(defun bench-indent-line ()
  "Indent the line: an offset for each line above that leaves brackets open."
  (interactive)
  (let* ((depth 0)
         (at (save-excursion
               (back-to-indentation)
               (let ((state (syntax-ppss)) lines)
                 (dolist (open (nth 9 state))
                   (push (line-number-at-pos open) lines))
                 ;; Brackets that are opened on one line are closed by one step.
                 (setq depth (length (delete-dups lines)))
                 (when (and (looking-at "[]})]") (> depth 0)) (setq depth (1- depth)))
                 (* depth bench-indent-offset))))
         (behind (> (current-column) (current-indentation))))
    (if behind (save-excursion (indent-line-to at)) (indent-line-to at))))

(defconst bench-imenu-generic-expression
  `(("Metrics" ,(concat "^\\(?:metric\\|protocol\\)[ \t]+\\(" bench--name "\\)") 1)
    ("Data" ,(concat "^dataset[ \t]+\\(" bench--name "\\)") 1)
    ("Systems" ,(concat "^\\(?:system\\|baseline\\|candidate\\)[ \t]+\\(" bench--name "\\)") 1)
    ("Parts" ,(concat "^\\(?:step\\|component\\|hardware\\)[ \t]+\\(" bench--name "\\)") 1)
    ("Claims" "^\\(\\(?:compare\\|ablation\\|factorial\\|select\\|decide\\|stop\\)[ \t]+[^{\n]*[^{ \t\n]\\)" 1))
  "The outline of a plan.")

(defun bench-completion-at-point ()
  "Offer the words that may stand here, without a language server."
  (let ((bounds (bounds-of-thing-at-point 'symbol)))
    (when (and bounds (not (nth 8 (syntax-ppss))))
      (list (car bounds) (cdr bounds)
            (cond
             ((null (bench--bracket)) (append bench--items bench--heads bench--imports))
             ((save-excursion (goto-char (car bounds)) (skip-chars-backward " \t") (memq (char-before) '(?\n ?{ ?,)))
              (append bench--fields bench--builtins))
             (t (append bench--builtins bench--units bench--operators bench--folds bench--folded)))
            :exclusive 'no))))

;;;###autoload
(define-derived-mode bench-mode prog-mode "Bench"
  "A mode for machine-learning evaluation plans."
  (setq-local comment-start "# "
              comment-start-skip "#+[ \t]*"
              comment-end ""
              indent-tabs-mode nil
              tab-width 2
              indent-line-function #'bench-indent-line
              imenu-generic-expression bench-imenu-generic-expression
              font-lock-multiline t
              font-lock-defaults '(bench--all-keywords))
  (setq-local electric-indent-chars (append "]})" electric-indent-chars))
  (setq-local compile-command
              (format "%s check %s" bench-command (shell-quote-argument (or (buffer-file-name) "."))))
  (add-hook 'completion-at-point-functions #'bench-completion-at-point nil t))

;;;###autoload
(add-to-list 'auto-mode-alist '("\\.bench\\'" . bench-mode))

(defvar eglot-server-programs)
(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs
               (cons 'bench-mode (lambda (&rest _) (list bench-command "lsp")))))

(provide 'bench-mode)
;;; bench-mode.el ends here
