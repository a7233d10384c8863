//! Metrics of generated code.

use crate::support::native::{Call, Given};
use crate::support::oracle::cases;
use benchwright::metrics::native::Value;

#[test]
fn pass_at_k() {
    for case in cases("code") {
        let (samples, correct) = (case.numbers("n_samples"), case.numbers("n_correct"));
        for k in case.param_texts("k") {
            let call = Call::new("pass_at_k", &[("k", Given::Number(k.parse().unwrap()))]);
            let rows = samples.iter().zip(&correct);
            let values: Vec<f64> = rows
                .map(|(&n, &c)| call.row(&[Value::Number(n), Value::Number(c)]))
                .collect();
            case.check_all(&format!("pass@{k}_per_task"), &values);
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            case.check(&format!("pass@{k}"), mean);
        }
    }
}
