(item body: (_) @class.inside) @class.around
(argument) @parameter.around
(comment) @comment.inside
(comment)+ @comment.around
