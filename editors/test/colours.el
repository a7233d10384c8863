;;; colours.el --- The colours of Emacs, held to those of the language server  -*- lexical-binding: t; -*-
;;
;;   CORPUS=… emacs --batch -Q -L editors/emacs -l editors/test/colours.el
;;
;; CORPUS is written by `cargo test editors'.

;;; Code:

(require 'bench-mode)
(require 'json)

(defconst colours-classes
  '((font-lock-comment-face . "Comment") (font-lock-comment-delimiter-face . "Comment") (font-lock-doc-face . "DocComment")
    (font-lock-string-face . "Text") (bench-hole . "Hole") (bench-number . "Number") (bench-operator . "Operator")
    (font-lock-keyword-face . "Keyword") (bench-property . "Property") (bench-parameter . "Parameter")
    (bench-outcome . "Constant") (font-lock-preprocessor-face . "Annotation")))

(defun colours-run ()
  "Compare every word of every plan; whether all are the same."
  (let ((plans (with-temp-buffer
                 (insert-file-contents (getenv "CORPUS"))
                 (json-parse-buffer :array-type 'list :null-object nil)))
        (words 0) faults)
    (dolist (plan plans)
      (with-temp-buffer
        (bench-mode)
        (dolist (piece (gethash "pieces" plan)) (insert (car piece)))
        (font-lock-ensure)
        (goto-char (point-min))
        (dolist (piece (gethash "pieces" plan))
          (let ((text (car piece)) (own (cadr piece)))
            (when own
              (setq words (1+ words))
              (let* ((want (if (member own '("Type" "Function" "Variable" "Module")) "Name" own))
                     (face (get-text-property (point) 'face))
                     (face (if (consp face) (car face) face))
                     (found (or (cdr (assq face colours-classes)) "Name")))
                (unless (equal found want)
                  (push (format "%s:%d: `%s' is %s, here %s" (gethash "name" plan) (line-number-at-pos) text want face) faults))))
            (forward-char (length text))))))
    (dolist (fault (seq-take (reverse faults) 20)) (princ (format "FAIL emacs: %s\n" fault)))
    (princ (format "emacs: %d plans, %d words, %d differ\n" (length plans) words (length faults)))
    (and (null faults) (> (length plans) 700) (> words 20000))))

(kill-emacs (if (colours-run) 0 1))
;;; colours.el ends here
