;;; eglot.el --- Emacs as a user has it: bench-mode, eglot, and what a user does  -*- lexical-binding: t; -*-
;;
;;   BENCHWRIGHT=… PLAN=COPY_OF_PLAN emacs --batch -Q -L editors/emacs -l editors/test/eglot.el
;;
;; Ends with 1 where something is not as it should be.

;;; Code:

;; `-Q' leaves out Debian's folders of packages.
(dolist (folder (file-expand-wildcards "/usr/share/emacs/site-lisp/elpa/*"))
  (when (file-directory-p folder) (push folder load-path)))
(require 'cl-lib)
(require 'eglot)
(require 'flymake)
(require 'imenu)
(require 'xref)
(require 'bench-mode)

(setq eglot-sync-connect 30 eglot-connect-timeout 30 eglot-confirm-server-initiated-edits nil eglot-autoshutdown nil
      flymake-no-changes-timeout 0.1 create-lockfiles nil make-backup-files nil
      bench-command (getenv "BENCHWRIGHT"))

(defvar test-passed 0)
(defvar test-failed 0)

(defun test-check (name ok &optional detail)
  "Say whether NAME holds, as OK does; if not, with DETAIL."
  (if ok (cl-incf test-passed) (cl-incf test-failed))
  (princ (format "%s %s%s\n" (if ok "ok  " "FAIL") name
                 (if ok "" (truncate-string-to-width (format "  %S" detail) 400)))))

(defun test-comes (holds)
  "Whether HOLDS comes to hold."
  (let ((end (+ (float-time) 30)) value)
    (while (and (not (setq value (funcall holds))) (< (float-time) end))
      (accept-process-output nil 0.02)
      (sit-for 0.01))
    value))

(defun test-go (needle &optional within)
  "Go to WITHIN characters into NEEDLE."
  (goto-char (point-min))
  (search-forward needle)
  (goto-char (+ (match-beginning 0) (or within 0))))

(defun test-says (needle)
  "Whether the plan has NEEDLE."
  (save-excursion (goto-char (point-min)) (search-forward needle nil t)))

(defun test-faults ()
  "The texts of the faults."
  (flymake-start)
  (mapcar #'flymake-diagnostic-text (flymake-diagnostics)))

(defun test-has (code)
  "Whether a fault of CODE is shown."
  (cl-some (lambda (text) (string-match-p code text)) (test-faults)))

(defun test-run ()
  "The test."
  (find-file (getenv "PLAN"))
  (test-check "the file is a plan" (eq major-mode 'bench-mode) major-mode)
  (font-lock-ensure)
  (test-go "baseline")
  (test-check "it is coloured" (eq (get-text-property (point) 'face) 'font-lock-keyword-face))
  (test-check "it has an outline" (assoc "Systems" (funcall imenu-create-index-function)))
  (apply #'eglot (let ((found (eglot--guess-contact)))
                   (if (= (length found) 5) found (append found '("bench")))))
  (let ((server (test-comes #'eglot-current-server)))
    (test-check "the server starts" server)
    (test-check "faults come" (test-comes (lambda () (test-has "fit"))) (test-faults))
    (test-check "and stand at their place"
                (progn (test-go "fit: reviews" 5)
                       (cl-some (lambda (fault) (= (flymake-diagnostic-beg fault) (point))) (flymake-diagnostics)))
                (mapcar #'flymake-diagnostic-beg (flymake-diagnostics)))
    (test-go "gain(f1_macro" 6)
    (let ((hover (jsonrpc-request server :textDocument/hover (eglot--TextDocumentPositionParams))))
      (test-check "hover says what a metric is"
                  (string-match-p "metric \\*\\*f1_macro\\*\\*" (plist-get (plist-get hover :contents) :value)) hover))
    (test-go "on: reviews.test" 12)
    (let* ((offered (eglot-completion-at-point))
           (labels (all-completions "" (nth 2 offered))))
      (test-check "partitions are offered"
                  (equal (sort (mapcar #'substring-no-properties labels) #'string<) '("test" "train" "val")) labels))
    (test-go "with words" 5)
    (let* ((found (xref-backend-definitions 'eglot (xref-backend-identifier-at-point 'eglot)))
           (place (and found (xref-location-marker (xref-item-location (car found))))))
      (test-check "a name leads to its declaration"
                  (and place (save-excursion (goto-char place) (beginning-of-line) (looking-at "baseline words"))) found))
    (test-go "candidate chars" 10)
    (eglot-rename "letters")
    (test-check "a system is renamed" (and (test-says "compare letters with") (test-says "for letters against")) (buffer-string))
    (test-check "wherever it is named" (not (test-says "candidate chars")))
    (test-go "fit: reviews" 5)
    (let* ((actions (eglot-code-actions (point) (point) "quickfix"))
           (fix (cl-find-if (lambda (action) (eq (plist-get action :isPreferred) t)) actions)))
      (test-check "a fix is offered" fix actions)
      (when fix
        (eglot--apply-workspace-edit (plist-get fix :edit))
        ;; Changes are told when Emacs is idle, which one in batch never is.
        (eglot--signal-textDocument/didChange)
        (test-check "it mends the plan" (test-says "fit: reviews.train }") (buffer-string))
        (test-check "and the fault goes" (test-comes (lambda () (not (test-has "learns from")))) (test-faults))))
    (let ((want (with-temp-buffer
                  (let ((before (with-current-buffer (find-buffer-visiting (getenv "PLAN")) (buffer-string))))
                    (insert before)
                    (call-process-region (point-min) (point-max) bench-command t t nil "fmt" "-")
                    (buffer-string))))
          (before (buffer-string)))
      (eglot-format-buffer)
      (test-check "the plan is laid out" (and (not (equal before (buffer-string))) (equal want (buffer-string))) (buffer-string)))
    (let ((before (buffer-string)))
      (indent-region (point-min) (point-max))
      (test-check "and indentation leaves it alone" (equal before (buffer-string)) (buffer-string)))
    (eglot-shutdown server)
    (test-check "the server ends" (not (eglot-current-server)))))

(condition-case fault
    (test-run)
  (error (test-check "the script runs" nil fault)))
(princ (format "emacs: %d passed, %d failed\n" test-passed test-failed))
(dolist (buffer (buffer-list)) (with-current-buffer buffer (set-buffer-modified-p nil)))
(kill-emacs (if (and (= test-failed 0) (> test-passed 12)) 0 1))
;;; eglot.el ends here
