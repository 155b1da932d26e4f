"""tf.contrib.training, lookup, metrics and opt. Expected values: TensorFlow 1.11.0, Python 3.6, the same calls."""

import pytest

pytestmark = pytest.mark.usefixtures("graph")


def hparams():
    from smtf_core.runtime.tf1.contrib.training import HParams

    return HParams(a=1, b=2.5, c="x", d=[1, 2], e=True, f=[1.5], l=["a", "b"], n=None)


# (expression, what TensorFlow 1.11 gives)
HPARAMS = [
    ('h.values()==dict(a=1,b=2.5,c="x",d=[1,2],e=True,f=[1.5],l=["a","b"],n=None)', "True"),
    (
        "h.to_json(sort_keys=True)",
        '\'{"a": 1, "b": 2.5, "c": "x", "d": [1, 2], "e": true, "f": [1.5], "l": ["a", "b"], "n": null}\'',
    ),
    ('h.to_json(indent=1,separators=(",",":"),sort_keys=True)[:20]', '\'{\\n "a":1,\\n "b":2.5,\\n\''),
    (
        'h.parse("a=3,b=1e-3,c=hello,d=[4,5],e=false");h.to_json(sort_keys=True)',
        '\'{"a": 3, "b": 0.001, "c": "hello", "d": [4, 5], "e": false, "f": [1.5], "l": ["a", "b"], "n": null}\'',
    ),
    ('h.parse("a=3").a', "3"),
    ('h.parse("a=2.5")', "ValueError: Could not parse hparam 'a' of type 'int' with value '2.5' in a=2.5"),
    ('h.parse("a=abc")', "ValueError: Could not parse hparam 'a' of type 'int' with value 'abc' in a=abc"),
    ('h.parse("zz=1")', "ValueError: Unknown hyperparameter type for zz"),
    ('h.parse("d[1]=7");h.d', "ValueError: Must pass a list for multi-valued parameter: d."),
    ('h.parse("d[3]=7").d', "ValueError: Must pass a list for multi-valued parameter: d."),
    ('h.parse("d=3");h.d', "ValueError: Must pass a list for multi-valued parameter: d."),
    ('h.parse("d=[]");h.d', "[]"),
    ('h.parse("e=1");h.e', "True"),
    ('h.parse("e=0");h.e', "False"),
    ('h.parse("e=True").e', "True"),
    ('h.parse("e=yes").e', "ValueError: Could not parse hparam 'e' of type 'bool' with value 'yes' in e=yes"),
    ('h.parse("b=3");h.b', "3.0"),
    ('h.parse("b=1").b', "1.0"),
    ('h.parse("c=a b c").c', "'a b c'"),
    ('h.parse("c=");h.c', "''"),
    ('h.parse("c=x=y").c', "'x=y'"),
    ('h.parse("a=1,a=2")', "ValueError: Multiple assignments to variable 'a' in a=1,a=2"),
    ('h.parse("l=[q,r]").l', "['q', 'r']"),
    ('h.parse("l=[]").l', "[]"),
    ('h.parse("l=z").l', "ValueError: Must pass a list for multi-valued parameter: l."),
    ('h.parse("a=[1,2]").a', "ValueError: Must not pass a list for single-valued parameter: a"),
    ('h.parse("a=1 b=2")', "ValueError: Could not parse hparam 'a' of type 'int' with value '1 b=2' in a=1 b=2"),
    ('h.parse("a=1, b=2").b', "2.0"),
    ('h.parse("").a', "1"),
    ('h.parse("a=-5").a', "-5"),
    ('h.parse("f=[1,2.5]").f', "[1.0, 2.5]"),
    ('h.parse("d=[1.5]").d', "ValueError: Could not parse hparam 'd' of type 'int' with value '1.5' in d=[1.5]"),
    ('h.parse("a").a', "ValueError: Malformed hyperparameter value: a"),
    ('h.parse("a=1,").a', "1"),
    ('h.parse("a=2\\nb=7").b', "ValueError: Could not parse hparam 'a' of type 'int' with value '2\nb=7' in a=2\nb=7"),
    ("h.parse('c=\"x,y\"').c", 'ValueError: Malformed hyperparameter value: y"'),
    ('h.set_hparam("a",5);h.a', "5"),
    ('h.set_hparam("a","5")', "ValueError: Could not cast hparam 'a' of type '<class 'int'>' from value '5'"),
    ('h.set_hparam("a",5.5)', "ValueError: Could not cast hparam 'a' of type '<class 'int'>' from value 5.5"),
    ('h.set_hparam("a",5.0);h.a', "ValueError: Could not cast hparam 'a' of type '<class 'int'>' from value 5.0"),
    ('h.set_hparam("b",3);(h.b,type(h.b).__name__)', "(3.0, 'float')"),
    ('h.set_hparam("c",3)', "ValueError: Could not cast hparam 'c' of type '<class 'str'>' from value 3"),
    ('h.set_hparam("e",0)', "ValueError: Could not cast hparam 'e' of type '<class 'bool'>' from value 0"),
    ('h.set_hparam("e",False);h.e', "False"),
    ('h.set_hparam("d",[3,4,5]);h.d', "[3, 4, 5]"),
    ('h.set_hparam("d",3)', "ValueError: Must pass a list for multi-valued parameter: d."),
    ('h.set_hparam("a",[3])', "ValueError: Must not pass a list for single-valued parameter: a"),
    ('h.set_hparam("zz",3)', "KeyError: 'zz'"),
    ('h.set_hparam("d",["x"])', "ValueError: Could not cast hparam 'd' of type '<class 'int'>' from value 'x'"),
    ('h.set_hparam("a",True)', "ValueError: Could not cast hparam 'a' of type '<class 'int'>' from value True"),
    ('h.set_hparam("a",None);h.a', "ValueError: Could not cast hparam 'a' of type '<class 'int'>' from value None"),
    ('h.set_hparam("n",4);h.n', "4"),
    ('h.set_hparam("c",u"z");h.c', "'z'"),
    ('h.set_hparam("c",b"z");h.c', "\"b'z'\""),
    ('h.set_hparam("b","1.5")', "ValueError: Could not cast hparam 'b' of type '<class 'float'>' from value '1.5'"),
    ('h.set_hparam("b",True)', "ValueError: Could not cast hparam 'b' of type '<class 'float'>' from value True"),
    ('h.set_hparam("d",[]);h.d', "[]"),
    ('h.set_hparam("d",(7,8));h.d', "ValueError: Must pass a list for multi-valued parameter: d."),
    ('h.set_hparam("n",[4]);h.n', "ValueError: Must not pass a list for single-valued parameter: n"),
    ('h.set_hparam("f",[1]);h.f', "[1.0]"),
    ('h.add_hparam("z",1);h.z', "1"),
    ('h.add_hparam("a",1)', "ValueError: Hyperparameter name is reserved: a"),
    ('h.add_hparam("parse",1)', "ValueError: Hyperparameter name is reserved: parse"),
    ('h.add_hparam("z",[]);h.z', "ValueError: Multi-valued hyperparameters cannot be empty: z"),
    ('h.add_hparam("z",(1,2));h.z', "(1, 2)"),
    ('h.add_hparam("z",{"a":1});h.z', "{'a': 1}"),
    ('h.del_hparam("a");"a" in h', "False"),
    ('h.del_hparam("zz")', "None"),
    ('h.del_hparam("zz");1', "1"),
    ('"a" in h', "True"),
    ('"zz" in h', "False"),
    ('h.get("a")', "1"),
    ('h.get("zz")', "None"),
    ('h.get("zz",4)', "4"),
    ('h.get("a",4)', "1"),
    (
        'h.get("a","x")',
        "ValueError: Hparam 'a' of type '<class 'int'>' is incompatible with default=x. Could not cast hparam",
    ),
    ('h.get("d",[3])', "[1, 2]"),
    ('h.get("d",3)', "ValueError: Hparam 'd' of type 'list<<class 'int'>>' is incompatible with default=3"),
    (
        'h.get("d",["x"])',
        "ValueError: Hparam 'd' of type 'list<<class 'int'>>' is incompatible with default=['x']. Could not c",
    ),
    ('h.get("b",3)', "2.5"),
    (
        'h.get("a",2.5)',
        "ValueError: Hparam 'a' of type '<class 'int'>' is incompatible with default=2.5. Could not cast hpar",
    ),
    ('h.get("a",None)', "1"),
    ('h.get("n",3)', "None"),
    (
        'h.get("c",3)',
        "ValueError: Hparam 'c' of type '<class 'str'>' is incompatible with default=3. Could not cast hparam",
    ),
    ('h.override_from_dict({"a":9,"c":"w"});(h.a,h.c)', "(9, 'w')"),
    ('h.override_from_dict({"q":9})', "KeyError: 'q'"),
    ('h.override_from_dict({"a":"x"})', "ValueError: Could not cast hparam 'a' of type '<class 'int'>' from value 'x'"),
    ('h.override_from_dict({"a":9}).a', "9"),
    ('h.set_from_map({"a":8}).a', "8"),
    ('h.parse_json("{\\"a\\": 4, \\"c\\": \\"v\\"}");(h.a,h.c)', "(4, 'v')"),
    ('h.parse_json("{\\"a\\": 4}").a', "4"),
    (
        'h.parse_json("{\\"a\\": \\"x\\"}")',
        "ValueError: Could not cast hparam 'a' of type '<class 'int'>' from value 'x'",
    ),
    ("h.a", "1"),
    ("h.zz", "AttributeError: 'HParams' object has no attribute 'zz'"),
    ("str(H(a=1))", "\"[('a', 1)]\""),
    ("repr(H(a=1))", "\"HParams([('a', 1)])\""),
    ('str(H(b=1,a="x"))', "\"[('a', 'x'), ('b', 1)]\""),
    ("h.get_model_structure()", "None"),
    ('H(model_structure="m").get_model_structure()', "'m'"),
    ('h.set_model_structure("k");h.get_model_structure()', "'k'"),
    ("h.a+1", "2"),
    ('setattr(h,"a","s");h.a', "'s'"),
    ('setattr(h,"new",1);h.values()["new"]', "KeyError: 'new'"),
    (
        't.parse_values("a=1,b=2.0,c[0]=5,d=[1,2]",{"a":int,"b":float,"c":int,"d":int})',
        "{'a': 1, 'b': 2.0, 'c': {0: 5}, 'd': [1, 2]}",
    ),
    ('t.parse_values("a=1,a=2",{"a":int})', "ValueError: Multiple assignments to variable 'a' in a=1,a=2"),
    ('t.parse_values("a[0]=1,a=2",{"a":int})', "ValueError: Multiple assignments to variable 'a' in a[0]=1,a=2"),
    (
        't.parse_values("a[0]=1,a[0]=2",{"a":int})',
        "ValueError: Multiple assignments to variable 'a[0]' in a[0]=1,a[0]=2",
    ),
    ('t.parse_values("s=abc,b=true",{"s":str,"b":bool})', "{'s': 'abc', 'b': True}"),
    ('t.parse_values("s=",{"s":str})', "{'s': ''}"),
    ('t.parse_values("!!",{"s":str})', "ValueError: Malformed hyperparameter value: !!"),
    ('H(a=1,b=[1,"x"]).b', "[1, 'x']"),
    ("H(_x=1).values()", "{'_x': 1}"),
    ('h.parse("_x=3")', "ValueError: Malformed hyperparameter value: _x=3"),
    ('h.parse("e=TRUE").e', "ValueError: Could not parse hparam 'e' of type 'bool' with value 'TRUE' in e=TRUE"),
    ('h.parse("e=false").e', "False"),
    ('h.parse("e=FALSE").e', "ValueError: Could not parse hparam 'e' of type 'bool' with value 'FALSE' in e=FALSE"),
    ('h.parse("e=2").e', "True"),
    ('h.parse("a=1e3").a', "ValueError: Could not parse hparam 'a' of type 'int' with value '1e3' in a=1e3"),
    ('h.parse("a= 7 ").a', "7"),
    ('h.parse("c= hi ").c', "'hi '"),
    ("h.parse(\"c='q'\").c", "\"'q'\""),
    ('h.parse("d=[1, 2 ,3]").d', "[1, 2, 3]"),
    ('h.parse("l[0]=k").l', "ValueError: Must pass a list for multi-valued parameter: l."),
    ('h.parse("f[1]=2").f', "ValueError: Must pass a list for multi-valued parameter: f."),
    ('h.parse("a[0]=2").a', "ValueError: Could not cast hparam 'a' of type '<class 'int'>' from value {0: 2}"),
    ("h.to_json(sort_keys=False)==h.to_json()", "True"),
]


@pytest.mark.parametrize(("source", "expected"), HPARAMS)
def test_hparams_do_as_in_tensorflow_1_11(source, expected):
    from smtf_core.runtime.tf1.contrib import training

    names = {"h": hparams(), "H": training.HParams, "t": training}
    *statements, expression = source.split(";")
    try:
        for statement in statements:
            exec(statement, names)
        found = repr(eval(expression, names))
    except Exception as error:  # noqa: BLE001 - the table has errors of several types
        found = f"{type(error).__name__}: {error}"[: len(expected)]
    assert found == expected


def test_a_random_strategy_chooses_by_the_name_of_the_operation(tf):
    from smtf_core.runtime.tf1.contrib.training import RandomStrategy

    operations = [tf.Variable(0.0, name=f"v{number}").op for number in range(10)]
    assert [RandomStrategy(3)(op) for op in operations] == [1, 2, 1, 2, 2, 1, 0, 0, 2, 1]
    assert [RandomStrategy(7, seed=3)(op) for op in operations] == [3, 6, 2, 0, 2, 5, 1, 3, 1, 1]


def test_the_greedy_strategy_balances_bytes(tf):
    from smtf_core.runtime.tf1.contrib.training import GreedyLoadBalancingStrategy, byte_size_load_fn

    strategy = GreedyLoadBalancingStrategy(2, byte_size_load_fn)
    assert [strategy(tf.Variable(tf.zeros([size])).op) for size in (10, 3, 3, 3, 3, 10)] == [0, 1, 1, 1, 1, 0]
    with pytest.raises(ValueError, match="not known"):
        byte_size_load_fn(tf.placeholder(tf.float32, [None]).op)


def test_a_train_op_clips_summarizes_counts_and_gives_the_loss(tf):
    from smtf_core.runtime.tf1.contrib import training

    v, u = tf.Variable(2.0, name="v"), tf.Variable([1.0, 2.0], name="u")
    op = training.create_train_op(
        v * v + tf.reduce_sum(u),
        tf.train.GradientDescentOptimizer(0.1),
        summarize_gradients=True,
        transform_grads_fn=training.clip_gradient_norms_fn(1.0),
    )
    assert [summary.op.name for summary in tf.get_collection("summaries")] == [
        "summarize_grads/v_gradient",
        "summarize_grads/v_gradient_norm",
        "summarize_grads/u_gradient",
        "summarize_grads/u_gradient_norm",
    ]
    assert op.op.name == "train_op/control_dependency"
    assert op in tf.get_collection(tf.GraphKeys.TRAIN_OP)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(op)
        assert session.run([v, tf.train.get_global_step()]) == pytest.approx([1.9, 1])
        assert session.run(u) == pytest.approx([0.92928934, 1.9292893])


def test_update_ops_run_before_the_step(tf):
    from smtf_core.runtime.tf1.contrib import training

    v, seen = tf.Variable(2.0), tf.Variable(0.0, trainable=False)
    tf.add_to_collection(tf.GraphKeys.UPDATE_OPS, tf.assign_add(seen, 1.0))
    op = training.create_train_op(v * v, tf.train.GradientDescentOptimizer(0.1))
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(op)
        assert session.run(seen) == 1.0
    with pytest.raises(ValueError, match="variables_to_train"):
        training.create_train_op(v * v, tf.train.GradientDescentOptimizer(0.1), variables_to_train=[seen])


def test_gradients_are_multiplied(tf):
    from smtf_core.runtime.tf1.contrib import training

    v, u, w = tf.Variable(2.0, name="v"), tf.Variable([1.0, 2.0], name="u"), tf.Variable(1.0, name="w")
    pairs = tf.train.GradientDescentOptimizer(0.1).compute_gradients(v * v + tf.reduce_sum(u), [v, u, w])
    scaled = training.multiply_gradients(pairs, {v: 2.0, "u": 3.0})
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        first, second = session.run([gradient for gradient, _ in scaled if gradient is not None])
    assert (first, second.tolist()) == (8.0, [3.0, 3.0])
    for wrong, message in (({w: 2.0}, "None"), ({}, "is empty"), ([1], "must be a dict")):
        with pytest.raises(ValueError, match=message):
            training.multiply_gradients(pairs, wrong)


def test_training_and_repeated_evaluation(tf, tmp_path):
    from smtf_core.runtime.tf1.contrib import training

    with pytest.raises(ValueError, match="logdir cannot be None when save_summaries_steps is not None"):
        training.train(tf.no_op(), None)
    v = tf.Variable(2.0, name="v", use_resource=True)
    op = training.create_train_op(v * v, tf.train.GradientDescentOptimizer(0.1))
    loss = training.train(op, str(tmp_path), hooks=[tf.train.StopAtStepHook(3)], save_summaries_steps=None)
    assert loss == pytest.approx(4 * 0.64**2)

    with tf.Graph().as_default():
        v = tf.Variable(0.0, name="v")
        tf.train.get_or_create_global_step()
        value, update = tf.metrics.mean(v)
        hooks = [training.StopAfterNEvalsHook(2), training.SummaryAtEndHook(str(tmp_path / "eval"))]
        tf.summary.scalar("v", v)
        result = training.evaluate_repeatedly(
            str(tmp_path), eval_ops=update, final_ops={"v": value}, hooks=hooks, max_number_of_evaluations=1
        )
    assert result["v"] == pytest.approx(2 * 0.8**3)
    assert list((tmp_path / "eval").glob("events*"))


def test_tables_are_initialized_and_shared_as_before(tf):
    from smtf_core.runtime.tf1.contrib import lookup

    table = lookup.HashTable(lookup.KeyValueTensorInitializer(["a", "b"], [1, 2]), -1)
    again = lookup.HashTable(lookup.KeyValueTensorInitializer(["a"], [7]), -1, shared_name="one")
    other = lookup.HashTable(lookup.KeyValueTensorInitializer(["a"], [7]), -1, shared_name="one")
    index = lookup.index_table_from_tensor(tf.constant(["x", "y"]), num_oov_buckets=2)
    mutable = lookup.MutableHashTable(tf.string, tf.int64, -1)
    dense = lookup.MutableDenseHashTable(tf.int64, tf.int64, -1, 0)
    word = lookup.index_to_string(tf.constant([0, 5], tf.int64), tf.constant(["p", "q"]))
    number = lookup.string_to_index(tf.constant(["q"]), tf.constant(["p", "q"]))
    saved = [(s.name, [spec.name for spec in s.specs]) for s in tf.get_collection("saveable_objects")]
    assert saved[0] == ("MutableHashTable", ["MutableHashTable-keys", "MutableHashTable-values"])
    with tf.Session() as session:
        session.run(again.init)
        assert session.run(other.lookup(tf.constant(["a"]))).tolist() == [7]
        session.run(tf.tables_initializer())
        session.run(mutable.insert(tf.constant(["k"]), tf.constant([3], tf.int64)))
        session.run(dense.insert(tf.constant([4], tf.int64), tf.constant([3], tf.int64)))
        assert session.run(table.lookup(tf.constant(["b", "c"]))).tolist() == [2, -1]
        assert session.run(index.lookup(tf.constant(["x", "z", "w", "v"]))).tolist() == [0, 3, 3, 3]
        assert session.run(mutable.lookup(tf.constant(["k", "l"]))).tolist() == [3, -1]
        assert session.run(dense.lookup(tf.constant([4, 5], tf.int64))).tolist() == [3, -1]
        assert session.run(word).tolist() == [b"p", b"UNK"]
        assert session.run(number).tolist() == [1]


def test_a_dense_table_of_floats_needs_a_deleted_key(tf):
    from smtf_core.runtime.tf1.contrib import lookup

    with pytest.raises(ValueError, match="deleted_key"):
        lookup.MutableDenseHashTable(tf.float32, tf.int64, -1, 0.0)


def test_sequences_are_put_into_buckets(tf):
    from smtf_core.runtime.tf1.contrib.training import bucket_by_sequence_length

    length = tf.train.range_input_producer(7, num_epochs=1, shuffle=False).dequeue()
    sequence = tf.fill([length], length)
    lengths, (batch,) = bucket_by_sequence_length(
        length, [sequence], 2, [2, 5], dynamic_pad=True, allow_smaller_final_batch=True
    )
    assert batch.shape.as_list() == [None, None]
    found = []
    with tf.Session() as session:
        session.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
        coordinator = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(session, coordinator)
        with pytest.raises(tf.errors.OutOfRangeError):
            while True:
                numbers, rows = session.run([lengths, batch])
                assert rows.tolist() == [[n] * n + [0] * (max(numbers) - n) for n in numbers]
                found.append(numbers.tolist())
        coordinator.request_stop()
        coordinator.join(threads)
    # Lengths below 2, from 2 to below 5, and from 5 on.
    assert sorted(found) == [[0, 1], [2, 3], [4], [5, 6]]
    with pytest.raises(ValueError, match="increasing"):
        bucket_by_sequence_length(length, [sequence], 2, [5, 2])
